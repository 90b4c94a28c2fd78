import { setImmediate } from 'node:timers/promises';

interface HeldItem<Item> {
  readonly item: Item;
  readonly size: number;
  /** Called when the item was taken. */
  readonly taken: () => void;
}

/**
 * Passes items from several workers to one reader. A worker waits until its item was taken and the
 * reader asks for more, so that a slow reader slows down all workers, and at most one item of each
 * is held.
 */
export class Channel<Item> {
  readonly #limit: number;
  #held: HeldItem<Item>[] = [];
  #wake: () => void = () => undefined;
  #failure: { readonly error: unknown } | null = null;
  #ended = false;

  /** @param limit the maximum sum of the sizes that are taken at once, in the unit of the sizes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Passes an item to the reader; resolves when it was taken. */
  async send(item: Item, size: number): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#held.push({ item, size, taken: resolve });
      this.#wake();
    });
  }

  /** Ends the reading, with or without an error, after the items that were passed so far. */
  end(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure ?? null;
    this.#ended = true;
    this.#wake();
    for (const { taken } of this.#held) taken();
  }

  /**
   * Yields the waiting items until the end, in order of arrival: at least one, and together no more
   * than the limit.
   */
  async *receive(): AsyncGenerator<readonly Item[], void> {
    for (;;) {
      if (this.#held.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      // Collect everything that arrives at the same time.
      if (!this.#ended) await setImmediate();
      const round = this.#round();
      try {
        if (round.length > 0) yield round.map(({ item }) => item);
      } finally {
        // Release the workers even if the reader stops here.
        for (const { taken } of round) taken();
      }
      if (round.length > 0 || !this.#ended) continue;
      if (this.#failure) throw this.#failure.error;
      return;
    }
  }

  #round(): readonly HeldItem<Item>[] {
    let size = 0;
    const more = this.#held.findIndex((held, at) => {
      size += held.size;
      return at > 0 && size > this.#limit;
    });
    return this.#held.splice(0, more === -1 ? this.#held.length : more);
  }
}
