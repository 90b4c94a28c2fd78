/**
 * No piece of a line is longer, in UTF-16 units. Containers' own limit is 16 KiB, which the kubelet
 * joins again to lines without any limit.
 */
export const LONGEST_LINE = 256 * 1024;

/**
 * Cuts text that comes in pieces into lines. A line that never ends is handed on part after part, so
 * that it is not held as a whole; where it is cut does not depend on the pieces.
 */
export class LineCutter {
  #rest = '';
  #continued = false;

  /**
   * @param take gets each line, without what ends it; `continued` where it is a further part of the
   *   line before
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

  /** Hands on what came after the last whole line, where there is something. */
  end(take: (line: string, continued: boolean) => void): void {
    if (this.#rest !== '') take(this.#rest, this.#continued);
    this.#rest = '';
    this.#continued = false;
  }

  /** Hands on all parts but the last, and gives that. */
  #cut(line: string, take: (line: string, continued: boolean) => void): string {
    let from = 0;
    while (line.length - from > LONGEST_LINE) {
      const to = from + LONGEST_LINE - (isHighSurrogate(line, from + LONGEST_LINE - 1) ? 1 : 0);
      take(line.slice(from, to), this.#continued);
      this.#continued = true;
      from = to;
    }
    return from === 0 ? line : line.slice(from);
  }
}

/** Whether it is the first half of a character that has two. */
function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}
