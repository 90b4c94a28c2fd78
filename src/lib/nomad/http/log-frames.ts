import { numberOf, objectOf, textOf } from '../../json-value.ts';
import type { LogChunk } from '../client.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WHITESPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** An item of a log stream. */
export type LogFrame =
  | { readonly kind: 'chunk'; readonly chunk: LogChunk }
  /** Raw text instead of a frame: an error of Nomad after its status 200. */
  | { readonly kind: 'error'; readonly text: string }
  /** The stream ended within a frame. */
  | { readonly kind: 'cut' };

/**
 * Decodes Nomad's log stream (client/fs_endpoint.go): JSON objects without any separator.
 * Heartbeats (`{}`) are skipped. After an error or a cut, nothing follows.
 */
export async function* decodeLogFrames(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<LogFrame, void> {
  const splitter = new ObjectSplitter();
  for await (const piece of body) {
    for (const text of splitter.push(piece)) {
      const chunk = decodeChunk(text);
      if (chunk === 'bad') return yield { kind: 'error', text };
      if (chunk) yield { kind: 'chunk', chunk };
    }
  }
  const rest = splitter.rest();
  if (rest.kind === 'text') yield { kind: 'error', text: rest.text };
  if (rest.kind === 'cut') yield { kind: 'cut' };
}

/** Decodes a frame; null for a heartbeat, `bad` for invalid JSON. */
function decodeChunk(text: string): LogChunk | null | 'bad' {
  let frame: Readonly<Record<string, unknown>>;
  try {
    frame = objectOf(JSON.parse(text));
  } catch {
    return 'bad';
  }
  const data = textOf(frame['Data']);
  const event = textOf(frame['FileEvent']);
  if (data === null && event === null) return null;
  return {
    data: Buffer.from(data ?? '', 'base64'),
    file: textOf(frame['File']),
    offset: numberOf(frame['Offset']),
    event,
  };
}

/**
 * Splits a stream of JSON objects, however it is divided into pieces. Braces in strings are
 * ignored.
 */
class ObjectSplitter {
  #pending: Uint8Array[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Whether anything else than an object has started: everything after it is text. */
  #text = false;

  *push(piece: Uint8Array): Generator<string, void> {
    let start = 0;
    for (let at = 0; at < piece.length && !this.#text; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.#depth === 0) {
        if (WHITESPACE.has(byte)) {
          start = at + 1;
          continue;
        }
        if (byte !== OPEN) {
          this.#text = true;
          break;
        }
      }
      if (this.#isLastOfObject(byte)) {
        yield this.#take(piece.subarray(start, at + 1));
        start = at + 1;
      }
    }
    if (start < piece.length) this.#pending.push(piece.subarray(start));
  }

  /** Returns what is left at the end of the stream. */
  rest(): { readonly kind: 'text'; readonly text: string } | { readonly kind: 'cut' | 'none' } {
    if (this.#text) return { kind: 'text', text: this.#take(new Uint8Array()).trim() };
    return { kind: this.#depth > 0 ? 'cut' : 'none' };
  }

  #isLastOfObject(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN) this.#depth += 1;
    else if (byte === CLOSE) this.#depth -= 1;
    return this.#depth === 0;
  }

  #take(last: Uint8Array): string {
    const text = Buffer.concat([...this.#pending, last]).toString('utf8');
    this.#pending = [];
    return text;
  }
}
