import type { SandboxClock } from '../clock.ts';

/** Does things one after the other, also those that lie before the sandbox opened: these at once. */
export class Timeline {
  /** When the sandbox opened, in milliseconds since the epoch. */
  readonly openedAt: number;
  readonly #clock: SandboxClock;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.openedAt = clock.nowMs();
  }

  now(): number {
    return this.#clock.nowMs();
  }

  /** Runs `run` so many milliseconds after a moment, and tells it that time. */
  later(at: number, ms: number, run: (at: number) => void): void {
    const due = at + ms;
    const wait = due - this.now();
    if (wait <= 0) run(due);
    else this.#clock.schedule(wait, () => run(due));
  }
}
