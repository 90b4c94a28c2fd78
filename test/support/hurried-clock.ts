import type { Clock, Milliseconds } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';

/** Limits on a request are at least so long; pauses between tries are shorter. */
const SHORTEST_LIMIT: Milliseconds = 15_000;

/** How much faster pauses pass. */
const HURRY = 200;

/**
 * A clock on which nothing passes but the pauses that the program makes, and those in a moment.
 * Limits stay as long as they are: they are there for what hangs.
 */
export class HurriedClock implements Clock {
  #now: number;

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms < SHORTEST_LIMIT ? ms / HURRY : ms, signal);
    this.#now += ms;
  }
}
