/**
 * A queue that several producers push to and one consumer iterates over, in the order of the
 * pushes. It is unbounded: a slow consumer loses no event.
 */
export class EventQueue<Event> implements AsyncIterable<Event> {
  readonly #waiting: Event[] = [];
  #done = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  /** Adds an event. Does nothing after {@link end} or {@link fail}. */
  push(event: Event): void {
    if (this.#done) return;
    this.#waiting.push(event);
    this.#wake();
  }

  /** Ends the iteration after the events pushed so far. */
  end(): void {
    this.#done = true;
    this.#wake();
  }

  /** Makes the iteration throw `error` after the events pushed so far. */
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
