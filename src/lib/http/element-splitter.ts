const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const BRACKET_START = Buffer.from('[');
const BRACKET_END = Buffer.from(']');

/** Splits a streamed JSON array into whole elements and keeps the bytes of an incomplete one. */
export class ElementSplitter {
  #held: Uint8Array[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;

  /** Returns the complete elements so far as a JSON array, or null if none is complete. */
  push(piece: Uint8Array): Buffer | null {
    const cut = this.#scan(piece);
    if (cut < 0) {
      this.#held.push(piece);
      return null;
    }
    const whole = Buffer.concat([...this.#held, piece.subarray(0, cut), BRACKET_END]);
    this.#held = [BRACKET_START, piece.subarray(cut + 1)];
    return whole;
  }

  /** Returns the remaining bytes at the end of the document; null if it ended too early. */
  end(): Buffer | null {
    return this.#closed ? Buffer.concat(this.#held) : null;
  }

  /** Returns the index of the last comma between elements in a piece, or -1. */
  #scan(piece: Uint8Array): number {
    // Local copies for speed: the loop runs once per byte, for tens of megabytes.
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
