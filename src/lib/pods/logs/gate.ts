import { setImmediate } from 'node:timers/promises';

/**
 * Lets several workers hand over to one reader. Whoever has handed something over waits until it is
 * taken, so that a slow reader slows them all and no more than one item of each is held.
 */
export class Gate<Item> {
  #held: Item[] = [];
  #taken: (() => void)[] = [];
  #wake: () => void = () => undefined;
  #failure: { readonly error: unknown } | null = null;
  #ended = false;

  /** Hands an item over; resolves once it was taken. */
  async hand(item: Item): Promise<void> {
    if (this.#ended) return;
    this.#held.push(item);
    this.#wake();
    await new Promise<void>((resolve) => {
      this.#taken.push(resolve);
    });
  }

  /** Ends the reading, with an error or without. */
  end(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure ?? null;
    this.#ended = true;
    this.#wake();
    for (const resolve of this.#taken.splice(0)) resolve();
  }

  /** All that is there, as soon as there is something, until the end. */
  async *take(): AsyncGenerator<readonly Item[], void> {
    for (;;) {
      if (this.#held.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      // What has arrived at the same time is to be taken together.
      if (!this.#ended) await setImmediate();
      const items = this.#held.splice(0);
      const waiting = this.#taken.splice(0);
      if (items.length > 0) yield items;
      for (const resolve of waiting) resolve();
      if (items.length > 0 || !this.#ended) continue;
      if (this.#failure) throw this.#failure.error;
      return;
    }
  }
}
