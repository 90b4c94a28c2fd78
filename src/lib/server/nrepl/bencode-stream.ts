import bencode from 'bencode';
import { AdminError } from '../../errors.ts';

/** A decoded value: texts are UTF-8. */
export type BencodeValue =
  | string
  | number
  | readonly BencodeValue[]
  | { readonly [key: string]: BencodeValue };

/** Longer messages are not taken: no answer that we ask for is that long. */
const LONGEST_MESSAGE = 256 * 1024 * 1024;

/** nREPL's own messages are three deep. */
const DEEPEST = 64;

/** Digits of the length of a text, and of a number. */
const MOST_DIGITS = 20;

const CODE = {
  i: 0x69,
  l: 0x6c,
  d: 0x64,
  e: 0x65,
  colon: 0x3a,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
};

/** Takes one value as bytes. */
export function encodeBencode(value: unknown): Uint8Array {
  return bencode.encode(value);
}

/**
 * Finds messages in a stream of bytes that has no frames: packets may hold a part of a message, or
 * several. Every byte is looked at once, so that an answer of many packets costs no more than one.
 */
export class BencodeStream {
  #chunks: Uint8Array[] = [];
  /** Bytes of the message that is coming in. */
  #length = 0;
  #depth = 0;
  /** Bytes of a text that are still to come. */
  #text = 0;
  /** Digits of the length of a text, or null. */
  #digits: string | null = null;
  /** Characters of a number so far, or null. */
  #number: number | null = null;

  /**
   * The messages that are whole with these bytes.
   *
   * @throws AdminError of kind `service`, code REPL_SURPRISE
   */
  push(chunk: Uint8Array): readonly BencodeValue[] {
    const messages: BencodeValue[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#text > 0) {
        const taken = Math.min(this.#text, chunk.length - at);
        this.#text -= taken;
        at += taken;
      } else {
        this.#take(chunk[at] ?? 0);
        at += 1;
      }
      if (this.#length + at - from > LONGEST_MESSAGE) throw surprise('a message of over 256 MiB');
      if (!this.#whole) continue;
      messages.push(this.#message(chunk.subarray(from, at)));
      from = at;
    }
    if (from < chunk.length) {
      // A copy: slice() of a Buffer would be a view of memory that may be used again.
      this.#chunks.push(Uint8Array.from(chunk.subarray(from)));
      this.#length += chunk.length - from;
    }
    return messages;
  }

  get #whole(): boolean {
    return this.#depth === 0 && this.#text === 0 && this.#digits === null && this.#number === null;
  }

  #take(byte: number): void {
    if (this.#digits !== null) this.#takeLength(byte, this.#digits);
    else if (this.#number !== null) this.#takeNumber(byte, this.#number);
    else if (isDigit(byte)) this.#digits = String.fromCharCode(byte);
    else if (byte === CODE.i) this.#number = 0;
    else if (byte === CODE.l || byte === CODE.d) {
      this.#depth += 1;
      if (this.#depth > DEEPEST) throw surprise('a message with too many levels');
    } else if (byte === CODE.e && this.#depth > 0) this.#depth -= 1;
    else throw surprise(`the byte ${byte} where a value begins`);
  }

  #takeLength(byte: number, digits: string): void {
    if (byte === CODE.colon) {
      this.#text = Number(digits);
      this.#digits = null;
      if (this.#text > LONGEST_MESSAGE) throw surprise('a text of over 256 MiB');
    } else if (isDigit(byte) && digits.length < MOST_DIGITS) {
      this.#digits = digits + String.fromCharCode(byte);
    } else throw surprise(`the byte ${byte} in the length of a text`);
  }

  #takeNumber(byte: number, length: number): void {
    if (byte === CODE.e && length > 0) this.#number = null;
    else if ((isDigit(byte) || (byte === CODE.minus && length === 0)) && length < MOST_DIGITS) {
      this.#number = length + 1;
    } else throw surprise(`the byte ${byte} in a number`);
  }

  #message(end: Uint8Array): BencodeValue {
    const bytes = this.#chunks.length === 0 ? end : Buffer.concat([...this.#chunks, end]);
    this.#chunks = [];
    this.#length = 0;
    let value: unknown;
    try {
      value = bencode.decode(bytes);
    } catch (error) {
      throw surprise(error instanceof Error ? error.message : String(error));
    }
    return textual(value);
  }
}

function isDigit(byte: number): boolean {
  return byte >= CODE.zero && byte <= CODE.nine;
}

/** Bytes as text, all the way down. */
function textual(value: unknown): BencodeValue {
  if (typeof value === 'number') return value;
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  }
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value !== 'object' || value === null) throw surprise('a value of no kind');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, textual(inner)]));
}

function surprise(what: string): AdminError {
  return new AdminError('service', `The REPL does not use bencode: it sent ${what}`, {
    code: 'REPL_SURPRISE',
    hint: 'Check that this is the port of the nREPL: circleci-admin config show',
  });
}
