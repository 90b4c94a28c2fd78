import type { Clock, Milliseconds } from '../../clock.ts';

/**
 * How far back a log is read of which no line was seen yet. It is counted in seconds from now, by
 * the clock of the pod's node: that of this machine may be wrong, and only tells how long ago the
 * log was opened.
 */
export class LogWindow {
  readonly #ms: Milliseconds;
  readonly #clock: Clock;
  #openedAt: number | null;

  /** @param openedAt when it was to begin so far back; null for its first use */
  constructor(ms: Milliseconds, clock: Clock, openedAt: Date | null = null) {
    this.#ms = ms;
    this.#clock = clock;
    this.#openedAt = openedAt?.getTime() ?? null;
  }

  /** Where a stream begins that is opened now: never later than where one did before. */
  seconds(): number {
    const now = this.#clock.now().getTime();
    this.#openedAt ??= now;
    const openMs = Math.max(0, now - this.#openedAt);
    // The API server takes whole seconds, and no 0.
    return Math.max(1, Math.ceil((this.#ms + openMs) / 1_000));
  }
}
