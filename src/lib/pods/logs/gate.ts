import { setImmediate } from 'node:timers/promises';

interface Held<Item> {
  readonly item: Item;
  readonly size: number;
  /** Tells its worker that it was taken. */
  readonly taken: () => void;
}

/**
 * Lets several workers hand over to one reader. Whoever has handed something over waits until it is
 * taken and the reader comes back, so that a slow reader slows them all and no more than one item of
 * each is held.
 */
export class Gate<Item> {
  readonly #most: number;
  #held: Held<Item>[] = [];
  #wake: () => void = () => undefined;
  #failure: { readonly error: unknown } | null = null;
  #ended = false;

  /** @param most how much may be taken together, in the unit of the sizes that are handed over */
  constructor(most: number) {
    this.#most = most;
  }

  /** Hands an item over; resolves once it was taken. */
  async hand(item: Item, size: number): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#held.push({ item, size, taken: resolve });
      this.#wake();
    });
  }

  /** Ends the reading, with an error or without, after what was handed over so far. */
  end(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure ?? null;
    this.#ended = true;
    this.#wake();
    for (const { taken } of this.#held) taken();
  }

  /**
   * What is there, as soon as there is something, until the end: the oldest first, at least one, and
   * no more than `most` together.
   */
  async *take(): AsyncGenerator<readonly Item[], void> {
    for (;;) {
      if (this.#held.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      // What has arrived at the same time is to be taken together.
      if (!this.#ended) await setImmediate();
      const round = this.#round();
      try {
        if (round.length > 0) yield round.map(({ item }) => item);
      } finally {
        // A reader who leaves in the middle keeps nobody waiting.
        for (const { taken } of round) taken();
      }
      if (round.length > 0 || !this.#ended) continue;
      if (this.#failure) throw this.#failure.error;
      return;
    }
  }

  #round(): readonly Held<Item>[] {
    let size = 0;
    const more = this.#held.findIndex((held, at) => {
      size += held.size;
      return at > 0 && size > this.#most;
    });
    return this.#held.splice(0, more === -1 ? this.#held.length : more);
  }
}
