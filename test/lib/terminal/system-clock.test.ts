import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';

it("sleeps longer than the limit of Node's timers, until it is aborted", async () => {
  const left = new AbortController();
  let over = false;
  const sleeping = systemClock.sleep(30 * 86_400_000, left.signal).then(() => {
    over = true;
  });
  // A timer that overflows fires after a millisecond.
  await delay(10);
  left.abort(new Error('enough'));
  await expect(sleeping).rejects.toThrow();
  expect(over).toBe(false);
  await systemClock.sleep(0);
});
