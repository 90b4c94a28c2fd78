/** Consecutive lines that were written in the same second. */
interface Run {
  readonly second: number;
  count: number;
}

const MIN_SIZE = 64;

/**
 * The hashes of recently read lines, in log order. They take four bytes per line: a log that is
 * written at full speed has about ten thousand lines in two seconds.
 */
export class SeenLines {
  #hashes = new Int32Array(MIN_SIZE);
  #count = 0;
  /**
   * There are few: the seconds of stdout and stderr are mixed only around the change of a second.
   */
  #runs: Run[] = [];

  /** @param second the second of the line's time, in seconds since the epoch */
  add(hash: number, second: number): void {
    if (this.#count === this.#hashes.length) this.#resize(this.#count * 2);
    this.#hashes[this.#count] = hash;
    this.#count += 1;
    const last = this.#runs.at(-1);
    if (last?.second === second) last.count += 1;
    else this.#runs.push({ second, count: 1 });
  }

  /** Removes the lines of earlier seconds. */
  dropBefore(second: number): void {
    let from = 0;
    let kept = 0;
    for (const run of this.#runs) {
      if (run.second >= second) {
        this.#hashes.copyWithin(kept, from, from + run.count);
        kept += run.count;
      }
      from += run.count;
    }
    this.#runs = this.#runs.filter((run) => run.second >= second);
    this.#count = kept;
    if (this.#hashes.length > MIN_SIZE && kept < this.#hashes.length / 8) this.#resize(kept * 2);
  }

  /** Returns a copy of all hashes. */
  hashes(): Int32Array {
    return this.#hashes.slice(0, this.#count);
  }

  #resize(size: number): void {
    const hashes = new Int32Array(Math.max(MIN_SIZE, size));
    hashes.set(this.#hashes.subarray(0, this.#count));
    this.#hashes = hashes;
  }
}
