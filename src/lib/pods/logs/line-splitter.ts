/**
 * The maximum length of a piece of a line, in UTF-16 code units. Container runtimes split lines at
 * 16 KiB, but the kubelet joins them again without a limit.
 */
export const MAX_LINE = 256 * 1024;

/**
 * Splits text that arrives in pieces into lines. A very long line is passed on in parts, so that it
 * is never held as a whole; where it is cut does not depend on the pieces.
 */
export class LineSplitter {
  #rest = '';
  #continued = false;

  /**
   * @param take receives each line without its line break; `continued` is true for a further part
   *   of the previous line
   */
  push(text: string, take: (line: string, continued: boolean) => void): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      take(this.#cut(line, take), this.#continued);
      this.#continued = false;
    }
    this.#rest = this.#cut(this.#rest, take);
  }

  /** Passes on the text after the last line break, if there is any. */
  end(take: (line: string, continued: boolean) => void): void {
    if (this.#rest !== '') take(this.#rest, this.#continued);
    this.#rest = '';
    this.#continued = false;
  }

  /** Passes on all parts of a line but the last, and returns the last. */
  #cut(line: string, take: (line: string, continued: boolean) => void): string {
    let from = 0;
    while (line.length - from > MAX_LINE) {
      const to = from + MAX_LINE - (isHighSurrogate(line, from + MAX_LINE - 1) ? 1 : 0);
      take(line.slice(from, to), this.#continued);
      this.#continued = true;
      from = to;
    }
    return from === 0 ? line : line.slice(from);
  }
}

/** Whether the code unit at a position is the first half of a surrogate pair. */
function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}
