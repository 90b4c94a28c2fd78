import type { Clock, Milliseconds } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';

/** The minimum length of a request timeout; pauses between attempts are shorter. */
const SHORTEST_LIMIT: Milliseconds = 15_000;

/** The factor by which pauses are shortened. */
const HURRY = 200;

/**
 * A clock that advances only by the sleeps of the program, and shortens them. Timeouts keep their
 * real length, because they are for requests that hang.
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
