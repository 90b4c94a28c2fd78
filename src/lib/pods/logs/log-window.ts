import type { Clock, Milliseconds } from '../../clock.ts';

/**
 * How far back to start a log of which no line was read yet. The API server counts the seconds back
 * from now on the clock of the pod's node. This machine's clock, which may be wrong, is only used
 * to measure how long ago the log was opened.
 */
export class LogWindow {
  readonly #ms: Milliseconds;
  readonly #clock: Clock;
  #openedAt: number | null;

  /** @param openedAt the time from which `ms` counts back; null for the time of the first use */
  constructor(ms: Milliseconds, clock: Clock, openedAt: Date | null = null) {
    this.#ms = ms;
    this.#clock = clock;
    this.#openedAt = openedAt?.getTime() ?? null;
  }

  /**
   * Returns the number of seconds to request in a stream that is opened now. It grows with time, so
   * that a repeated request never starts later than the first.
   */
  seconds(): number {
    const now = this.#clock.now().getTime();
    this.#openedAt ??= now;
    const openMs = Math.max(0, now - this.#openedAt);
    // The API server accepts only whole seconds greater than 0.
    return Math.max(1, Math.ceil((this.#ms + openMs) / 1_000));
  }
}
