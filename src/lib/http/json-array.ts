import { AdminError } from '../errors.ts';
import { excerpt } from './response.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The elements of a JSON document that is one array, as its bytes come in. Memory does not grow
 * with the document: the bytes are cut between elements, and `JSON.parse` takes the whole elements
 * of each piece at once.
 *
 * @param body the document, UTF-8, cut anywhere
 * @param what names the answer in an error, such as `GET /v1/nodes`
 * @throws AdminError of kind `service`, code BAD_ANSWER, when it is no array or ends too early
 */
export async function* parseJsonArray(
  body: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<unknown, void, undefined> {
  const cutter = new ElementCutter();
  let cut = false;
  for await (const piece of body) {
    const whole = cutter.push(piece);
    if (whole === null) continue;
    cut = true;
    yield* parse(whole, { atLeast: 1, cutter, what });
  }
  const rest = cutter.end();
  if (rest === null) throw cutOff(cutter.beginning, what);
  // After a comma there has to be an element.
  yield* parse(rest, { atLeast: cut ? 1 : 0, cutter, what });
}

/** Finds where elements end, keeping the bytes of the one that has not ended yet. */
class ElementCutter {
  #held: Uint8Array[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  #beginning = '';
  #closed = false;

  /** The bytes of whole elements with the commas between them, in brackets; null if none ended. */
  push(piece: Uint8Array): Buffer | null {
    if (this.#beginning.length < 200) {
      this.#beginning += Buffer.from(piece.subarray(0, 200)).toString();
    }
    const cut = this.#scan(piece);
    if (cut < 0) {
      this.#held.push(piece);
      return null;
    }
    const whole = Buffer.concat([...this.#held, piece.subarray(0, cut), BRACKET_END]);
    this.#held = [BRACKET_START, piece.subarray(cut + 1)];
    return whole;
  }

  /** What is left when the document has ended; null if it ended too early. */
  end(): Buffer | null {
    return this.#closed ? Buffer.concat(this.#held) : null;
  }

  /** The first characters of the document. */
  get beginning(): string {
    return this.#beginning;
  }

  /** Where the last comma between elements is in a piece, or -1. */
  #scan(piece: Uint8Array): number {
    // Local copies: this loop runs once for each byte of tens of megabytes.
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let cut = -1;
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === COMMA) {
        if (depth === 1) cut = at;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth -= 1;
        if (depth === 0) this.#closed = true;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return cut;
  }
}

const BRACKET_START = Buffer.from('[');
const BRACKET_END = Buffer.from(']');

function parse(
  bytes: Buffer,
  expected: { readonly atLeast: number; readonly cutter: ElementCutter; readonly what: string },
): unknown[] {
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    cause = error;
  }
  if (Array.isArray(value) && value.length >= expected.atLeast) return value;
  const problem = `is not a JSON array: ${excerpt(expected.cutter.beginning)}`;
  throw badAnswer(problem, expected.what, cause);
}

function cutOff(beginning: string, what: string): AdminError {
  return /^\s*(\[|$)/.test(beginning)
    ? badAnswer(beginning.trim() === '' ? 'is empty' : 'ends in the middle of its JSON', what)
    : badAnswer(`is not a JSON array: ${excerpt(beginning)}`, what);
}

function badAnswer(problem: string, what: string, cause?: unknown): AdminError {
  return new AdminError('service', `The answer to ${what} ${problem}`, {
    code: 'BAD_ANSWER',
    hint: 'Check that the address is the right service, and run the command again.',
    cause,
  });
}
