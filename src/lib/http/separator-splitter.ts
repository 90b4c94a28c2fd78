const BRACKET_START = Buffer.from('[');
const BRACKET_END = Buffer.from(']');
const COMMA = Buffer.from(',');
/** The limit for the first key, and for the bytes without a separator before giving up. */
const MAX_KEY = 100;
const PATIENCE = 512 * 1024;

/**
 * Splits a streamed JSON array of objects at a separator: `},` and the first key of the first
 * element, such as `},{"ID":`. A native search for it is many times faster than a loop over all
 * bytes. The result is a guess that must be parsed to be confirmed: a split inside an element
 * leaves a bracket or a string open.
 */
export class SeparatorSplitter {
  #held: Buffer = Buffer.alloc(0);
  #separator: Buffer | undefined;

  /**
   * Adds bytes of the document.
   *
   * @returns the elements that are probably complete, as a JSON array; null if there are none yet;
   *   `lost` if no separator was found, in which case another cutter must continue with {@link
   *   rest}
   */
  push(piece: Uint8Array): Buffer | null | 'lost' {
    this.#held = this.#held.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#held, piece]);
    this.#separator ??= separatorOf(this.#held);
    const at = this.#separator ? this.#held.lastIndexOf(this.#separator) : -1;
    if (at < 0) return this.#held.length > PATIENCE ? 'lost' : null;
    const whole = Buffer.concat([this.#held.subarray(0, at + 1), BRACKET_END]);
    this.#held = Buffer.concat([BRACKET_START, this.#held.subarray(at + 2)]);
    return whole;
  }

  /** Takes back a result of {@link push} that turned out not to be valid JSON. */
  putBack(cut: Buffer): void {
    this.#held = Buffer.concat([cut.subarray(0, -1), COMMA, this.#held.subarray(1)]);
  }

  /** Returns the bytes that {@link push} has not returned, starting with a bracket. */
  rest(): Buffer {
    return this.#held;
  }
}

function separatorOf(held: Buffer): Buffer | undefined {
  const beginning = held.subarray(0, MAX_KEY).toString('latin1');
  const key = /^\[(\{"[^"\\]+":)/.exec(beginning)?.[1];
  return key === undefined ? undefined : Buffer.from(`},${key}`, 'latin1');
}
