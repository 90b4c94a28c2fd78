import type { SandboxClock } from '../clock.ts';

/**
 * Runs actions at their times in order. Actions due before the start of the sandbox run at once.
 */
export class Timeline {
  /** When the sandbox started, in milliseconds since the epoch. */
  readonly openedAt: number;
  readonly #clock: SandboxClock;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.openedAt = clock.nowMs();
  }

  now(): number {
    return this.#clock.nowMs();
  }

  /** Calls `run` with the time `at` plus `ms` milliseconds, when that time has come. */
  later(at: number, ms: number, run: (at: number) => void): void {
    const due = at + ms;
    const wait = due - this.now();
    if (wait <= 0) run(due);
    else this.#clock.schedule(wait, () => run(due));
  }
}
