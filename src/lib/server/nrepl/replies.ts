import type { Reply } from './messages.ts';

/** The replies to one request, in their order, as they come. */
export class Replies {
  readonly #waiting: Reply[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  push(reply: Reply): void {
    this.#waiting.push(reply);
    this.#wake?.();
  }

  /** No more will come. What has come already is still handed out. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** @throws what {@link fail} was told */
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
