import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpClient, HttpResponse } from '../../../src/lib/http/http.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import { RateLimiter, rateLimited } from '../../../src/lib/server/rate-limit.ts';
import { runUntil } from './admin-rig.ts';

/** Returns the times at which these callers are admitted, in milliseconds from the start. */
async function letThrough(perSecond: number, arrivals: readonly number[]): Promise<number[]> {
  const clock = new SandboxClock({ rate: 0, start: new Date(0) });
  const pace = new RateLimiter(clock, perSecond);
  const through: number[] = [];
  const all = arrivals.map(async (at) => {
    await clock.sleep(at);
    await pace.take();
    through.push(clock.nowMs());
  });
  await runUntil(clock, Promise.all(all));
  return through;
}

describe('Pace', () => {
  test('stays within the limit in every second, however callers arrive', async () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), arrivals, async (perSecond, when) => {
        const through = await letThrough(perSecond, when);
        expect(through).toHaveLength(when.length);
        for (const [at, moment] of through.entries()) {
          const after = through[at + perSecond];
          if (after !== undefined) expect(after - moment).toBeGreaterThanOrEqual(1_000 - 1);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('wastes little time: 1,000 callers at 150 a second are admitted within 7 seconds', async () => {
    const through = await letThrough(
      150,
      Array.from({ length: 1_000 }, () => 0),
    );
    expect(through.at(-1)).toBeLessThan((1_000 / 150) * 1_000 * 1.05);
  });

  test('does not catch up after the process was suspended', async () => {
    const clock = new SandboxClock({ rate: 0, start: new Date(0) });
    const through: number[] = [];
    // Timers that are due during the stall all fire late by the same time.
    let stalled = 0;
    const late = { now: () => new Date(clock.nowMs() + stalled), sleep: clock.sleep.bind(clock) };
    const pace = new RateLimiter(late, 150);
    const all = Array.from({ length: 400 }, async () => {
      await pace.take();
      through.push(late.now().getTime());
      if (through.length === 100) stalled = 900;
    });
    await runUntil(clock, Promise.all(all));
    for (const [at, moment] of through.entries()) {
      const after = through[at + 150];
      if (after !== undefined) expect(after - moment).toBeGreaterThanOrEqual(999);
    }
  });

  test('admits the first few at once', async () => {
    expect((await letThrough(150, [0, 0, 0, 0, 0, 0])).filter((at) => at === 0)).toHaveLength(5);
  });
});

test('limits the number of requests in progress', async () => {
  let open = 0;
  let most = 0;
  const clock = new SandboxClock({ rate: 0 });
  const slow: HttpClient = {
    origin: 'http://test',
    request: async () => {
      open += 1;
      most = Math.max(most, open);
      await clock.sleep(500);
      open -= 1;
      return { status: 200 } as HttpResponse;
    },
    close: async () => undefined,
  };
  const http = rateLimited(slow, clock, { perSecond: 1_000, atOnce: 7 });
  const all = Array.from({ length: 30 }, () => http.request({ method: 'GET', path: '/' }));
  await runUntil(clock, Promise.all(all));
  expect(most).toBe(7);
});

test('an aborted caller gets the reason and does not block the others', async () => {
  const clock = new SandboxClock({ rate: 0 });
  const pace = new RateLimiter(clock, 10);
  const control = new AbortController();
  await pace.take();
  const waiting = pace.take(control.signal);
  control.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
  await runUntil(clock, pace.take());
});
