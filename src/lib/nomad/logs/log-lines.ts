const NEWLINE = 0x0a;
/** Longer lines are split, so that a log without line breaks does not fill the memory. */
const MAX_LINE = 1024 * 1024;

/** Splits bytes into lines. Characters that are split between two pieces are kept intact. */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /** Yields the lines that a piece completes, without their line breaks. */
  *push(data: Uint8Array): Generator<string, void> {
    let start = 0;
    for (let at = data.indexOf(NEWLINE); at !== -1; at = data.indexOf(NEWLINE, start)) {
      yield this.#take(data.subarray(start, at));
      start = at + 1;
    }
    if (start === data.length) return;
    this.#rest.push(data.subarray(start));
    this.#restLength += data.length - start;
    if (this.#restLength > MAX_LINE) yield this.#take(new Uint8Array());
  }

  /** Yields the last line if no line break follows it. */
  *end(): Generator<string, void> {
    if (this.#restLength > 0) yield this.#take(new Uint8Array());
  }

  #take(last: Uint8Array): string {
    const text = Buffer.concat([...this.#rest, last]).toString('utf8');
    this.#rest = [];
    this.#restLength = 0;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
