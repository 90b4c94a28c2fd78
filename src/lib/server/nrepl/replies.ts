import type { Reply } from './messages.ts';

/** A queue of the replies to one request. */
export class Replies {
  readonly #waiting: Reply[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  push(reply: Reply): void {
    this.#waiting.push(reply);
    this.#wake?.();
  }

  /** Ends the queue. Replies received before are still returned first. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /**
   * Returns the next reply, and waits for it if necessary.
   *
   * @throws the error given to {@link fail}
   */
  async next(): Promise<Reply> {
    for (;;) {
      const reply = this.#waiting.shift();
      if (reply) return reply;
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
