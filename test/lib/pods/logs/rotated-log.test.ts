import { expect, it } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { AdminError } from '../../../../src/lib/errors.ts';
import { type FollowClient, followLog } from '../../../../src/lib/pods/logs/follow-log.ts';
import { LogCursor } from '../../../../src/lib/pods/logs/log-cursor.ts';
import { container, pod } from '../sample-pods.ts';

const clock: Clock = { now: () => new Date('2026-12-01T12:00:00Z'), sleep: async () => undefined };

interface Stream {
  /** The container's number of restarts when the stream is requested. */
  readonly restarts: number;
  /** One word for each line; its digits are the second in which the line was written. */
  readonly words: string;
  /** Whether the stream is of the previous run. */
  readonly previous?: boolean;
}

/**
 * Follows a log whose streams break one after the other. Returns the words, and notes in brackets.
 */
async function follow(streams: readonly Stream[]): Promise<string> {
  const left = [...streams];
  let restarts = 0;
  const stop = new AbortController();
  const client: FollowClient = {
    getPod: async () => {
      restarts = left[0]?.restarts ?? restarts;
      return pod({ containers: [container({ name: 'frontend', restarts })] });
    },
    podLogs: async function* ({ previous }) {
      const stream = left[0];
      if (!stream) return stop.abort(new Error('over'));
      expect(previous).toBe(stream.previous ?? false);
      const lines = stream.words
        .split(' ')
        .map((word) => `2026-12-01T11:00:${word.slice(1)}.000000000Z ${word}\n`);
      yield Buffer.from(lines.join(''));
      left.shift();
      if (!stream.previous) throw new AdminError('service', 'cut', { code: 'BAD_ANSWER' });
    },
  };
  const { name, uid } = await client.getPod('frontend');
  const source = { pod: name, uid, container: 'frontend', service: null };
  const context = { clock, signal: stop.signal, changed: () => new Promise<void>(() => undefined) };
  const said: string[] = [];
  try {
    for await (const event of followLog(client, source, new LogCursor(), 0, context)) {
      if (event.kind === 'note') said.push(`[${event.text}]`);
      else said.push(...event.lines.map(({ text }) => text));
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return said.join(' ');
}

it('notes where lines may be missing because the log was rotated during an interruption', async () => {
  expect(
    await follow([
      { restarts: 0, words: 'a10 b11' },
      { restarts: 0, words: 'x40 y41' },
      { restarts: 0, words: 'y41 z42' },
    ]),
  ).toBe(
    'a10 b11 [lines may be missing here: the log was rotated while it could not be read] x40 y41 z42',
  );
});

it('yields no note if the last known line is still in the log', async () => {
  expect(
    await follow([
      { restarts: 0, words: 'a10 b11' },
      { restarts: 0, words: 'b11 c50' },
    ]),
  ).toBe('a10 b11 c50');
});

it('does not mistake the log of a new run for a rotated log', async () => {
  expect(
    await follow([
      { restarts: 0, words: 'a10 b11' },
      { restarts: 1, words: 'b11 c12', previous: true },
      { restarts: 1, words: 'a30 b31' },
      { restarts: 1, words: 'b31 c32' },
    ]),
  ).toBe('a10 b11 [restarted] c12 a30 b31 c32');
});

it('notes that lines may be missing if the end of the previous run was rotated away', async () => {
  expect(
    await follow([
      { restarts: 0, words: 'a10 b11' },
      { restarts: 1, words: 'x20 y21', previous: true },
      { restarts: 1, words: 'a30' },
    ]),
  ).toBe(
    'a10 b11 [restarted] [lines may be missing here: the log was rotated while it could not be read] x20 y21 a30',
  );
});
