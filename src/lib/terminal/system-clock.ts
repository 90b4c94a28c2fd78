import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** The limit of Node's timers (about 24 days); a longer timer would fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A clock that runs on the system time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    for (let left = ms; ; left -= MAX_TIMER_MS) {
      await delay(Math.min(left, MAX_TIMER_MS), undefined, signal ? { signal } : {});
      if (left <= MAX_TIMER_MS) return;
    }
  },
};
