/**
 * Lets several workers feed one async iteration, in the order in which they push. Nothing is lost
 * when the reader is slower than they are.
 */
export class EventQueue<Event> implements AsyncIterable<Event> {
  readonly #waiting: Event[] = [];
  #done = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  /** Adds an event; ignored once the queue has ended. */
  push(event: Event): void {
    if (this.#done) return;
    this.#waiting.push(event);
    this.#wake();
  }

  /** Ends the iteration after what was pushed so far. */
  end(): void {
    this.#done = true;
    this.#wake();
  }

  /** Ends the iteration with an error, after what was pushed so far. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) {
        yield event;
      } else if (this.#failure) {
        throw this.#failure.error;
      } else if (this.#done) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
