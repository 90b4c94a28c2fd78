import { expect, it } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { AdminError } from '../../../../src/lib/errors.ts';
import { type FollowClient, followLog } from '../../../../src/lib/pods/logs/follow-log.ts';
import { LogCursor } from '../../../../src/lib/pods/logs/log-cursor.ts';
import { container, pod } from '../sample-pods.ts';

const broken = () => new AdminError('service', 'the connection was reset', { code: 'BAD_ANSWER' });

/** Follows a log whose streams break after the given number of seconds; the 30th has a line. */
async function follow(seconds: number): Promise<readonly string[]> {
  let now = Date.parse('2026-12-01T12:00:00Z');
  // Time passes only by waiting.
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
  };
  const one = pod({ containers: [container({ name: 'mongodb' })] });
  const stop = new AbortController();
  let streams = 0;
  const client: FollowClient = {
    getPod: async () => one,
    podLogs: async function* () {
      streams += 1;
      if (streams === 30) yield Buffer.from('2026-12-01T12:30:00.000000000Z at last\n');
      now += seconds * 1_000;
      throw broken();
    },
  };
  const source = { pod: one.name, uid: one.uid, container: 'mongodb', service: null };
  const context = { clock, signal: stop.signal, changed: () => new Promise<void>(() => undefined) };
  for await (const event of followLog(client, source, new LogCursor(), 0, context)) {
    if (event.kind === 'lines') return event.lines.map(({ text }) => text);
  }
  return [];
}

it('keeps following a silent log whose connection breaks every minute', async () => {
  expect(await follow(60)).toEqual(['at last']);
});

it('gives up a log whose streams break immediately', async () => {
  await expect(follow(0)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
});
