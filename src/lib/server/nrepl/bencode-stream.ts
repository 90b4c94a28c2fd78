import bencode from 'bencode';
import { AdminError } from '../../errors.ts';

/** A decoded value; strings are UTF-8. */
export type BencodeValue =
  | string
  | number
  | readonly BencodeValue[]
  | { readonly [key: string]: BencodeValue };

/**
 * The maximum message size in bytes; longer messages are rejected. No expected response is that
 * long.
 */
const MAX_MESSAGE = 256 * 1024 * 1024;

/** The maximum nesting depth; nREPL's own messages have three levels. */
const MAX_DEPTH = 64;

/** The maximum number of digits in a string length or a number. */
const MAX_DIGITS = 20;

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

/** Encodes a value. */
export function encodeBencode(value: unknown): Uint8Array {
  return bencode.encode(value);
}

/**
 * Splits a byte stream without frames into messages: a packet can hold part of a message, or
 * several. Every byte is examined only once, so that a long response in many packets takes linear
 * time.
 */
export class BencodeStream {
  #chunks: Uint8Array[] = [];
  /** Number of bytes of the current message that are stored in the chunks. */
  #length = 0;
  #depth = 0;
  /** Number of remaining bytes of the current string. */
  #text = 0;
  /** Digits of a string length read so far, or null. */
  #digits: string | null = null;
  /** Number of characters of a number read so far, or null. */
  #number: number | null = null;

  /**
   * Adds a chunk and returns the messages that it completes.
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
      if (this.#length + at - from > MAX_MESSAGE) throw notBencode('a message of over 256 MiB');
      if (!this.#whole) continue;
      messages.push(this.#message(chunk.subarray(from, at)));
      from = at;
    }
    if (from < chunk.length) {
      // Copy the bytes: slice() of a Buffer would be a view of memory that may be reused.
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
      if (this.#depth > MAX_DEPTH) throw notBencode('a message with too many levels');
    } else if (byte === CODE.e && this.#depth > 0) this.#depth -= 1;
    else throw notBencode(`the byte ${byte} where a value begins`);
  }

  #takeLength(byte: number, digits: string): void {
    if (byte === CODE.colon) {
      this.#text = Number(digits);
      this.#digits = null;
      if (this.#text > MAX_MESSAGE) throw notBencode('a text of over 256 MiB');
    } else if (isDigit(byte) && digits.length < MAX_DIGITS) {
      this.#digits = digits + String.fromCharCode(byte);
    } else throw notBencode(`the byte ${byte} in the length of a text`);
  }

  #takeNumber(byte: number, length: number): void {
    if (byte === CODE.e && length > 0) this.#number = null;
    else if ((isDigit(byte) || (byte === CODE.minus && length === 0)) && length < MAX_DIGITS) {
      this.#number = length + 1;
    } else throw notBencode(`the byte ${byte} in a number`);
  }

  #message(end: Uint8Array): BencodeValue {
    const bytes = this.#chunks.length === 0 ? end : Buffer.concat([...this.#chunks, end]);
    this.#chunks = [];
    this.#length = 0;
    let value: unknown;
    try {
      value = bencode.decode(bytes);
    } catch (error) {
      throw notBencode(error instanceof Error ? error.message : String(error));
    }
    return textual(value);
  }
}

function isDigit(byte: number): boolean {
  return byte >= CODE.zero && byte <= CODE.nine;
}

/** Converts all byte strings in a value to text. */
function textual(value: unknown): BencodeValue {
  if (typeof value === 'number') return value;
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  }
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value !== 'object' || value === null) throw notBencode('a value of no kind');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, textual(inner)]));
}

function notBencode(what: string): AdminError {
  return new AdminError('service', `The REPL does not use bencode: it sent ${what}`, {
    code: 'REPL_SURPRISE',
    hint: 'Check that this is the port of the nREPL: circleci-admin config show',
  });
}
