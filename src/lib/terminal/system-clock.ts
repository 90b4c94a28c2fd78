import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Node's timers take no more (about 24 days): a longer one would be over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    for (let left = ms; ; left -= LONGEST_TIMER_MS) {
      await delay(Math.min(left, LONGEST_TIMER_MS), undefined, signal ? { signal } : {});
      if (left <= LONGEST_TIMER_MS) return;
    }
  },
};
