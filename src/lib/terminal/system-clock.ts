import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** The real time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
};
