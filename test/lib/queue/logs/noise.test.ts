import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateNodeTime } from '../../../../src/lib/queue/logs/node-time.ts';
import { splitLine } from '../../../../src/lib/queue/logs/split-line.ts';
import { timed } from '../../../support/cpu-time.ts';
import { GUIDE_LINES, SAMPLED_STAGES } from './guide-lines.ts';
import { digest, digestTexts, FRESH_MS, logOf, NOW, written } from './read-logs.ts';

const STAMP = '2021-01-20T06:15:01.123+0000 []';
const word = fc.constantFrom(
  'error',
  'errors=0',
  'failed=false',
  'ErrorHandler',
  'fatal',
  'cache',
  'at',
  'no',
);
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((some) => some.join(' '));
/** Irrelevant lines of libraries. */
const noise = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('INFO', 'WARN', 'DEBUG'),
      fc.constantFrom('main', 'pool-43-thread-13'),
      words,
    )
    .map(([level, thread, text]) => `${STAMP} [${thread}] ${level} com.zaxxer.hikari.Pool ${text}`),
  words.map((msg) => JSON.stringify({ level: 'info', msg, errors: 0 })),
  words.map((msg) => `time="2021-01-20T06:15:01Z" level=warning msg="${msg}"`),
  words.map((text) => `Jan 20 06:15:01.123:+0000 INFO clj-http.client ${text}`),
  words.map((text) => `I0120 06:15:01.123456       1 main.go:3] ${text}`),
);
const FAILURE = [
  `${STAMP} [pool-43-thread-13] ERROR schedulerer.scheduler could not post; java.net.ConnectException: refused`,
  '\tat schedulerer.nomad$post_job.invokeStatic(nomad.clj:88)',
  '\tat java.base/java.lang.Thread.run(Thread.java:834)',
  'Caused by: java.io.IOException: broken pipe',
  '\t... 12 more',
];

/** Inserts noise between the lines, at places given as fractions of their number. */
function among(lines: readonly string[], some: readonly (readonly [number, string])[]): string[] {
  const mixed: string[] = [...lines];
  for (const [share, text] of some) mixed.splice(Math.floor(share * (mixed.length + 1)), 0, text);
  return mixed;
}

const scattered = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), noise), {
  maxLength: 6,
});

describe('noise between the lines', () => {
  it('causes no error, and hides neither builds nor heartbeats', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLED_STAGES), scattered, (stage, some) => {
        const plain = digestTexts(stage, GUIDE_LINES[stage]);
        const facts = digestTexts(stage, among(GUIDE_LINES[stage], some));
        expect(facts.errors).toEqual([]);
        expect([...facts.builds.keys()]).toEqual([...plain.builds.keys()]);
        expect([...facts.builds.values()].map(({ posted }) => posted)).toEqual(
          [...plain.builds.values()].map(({ posted }) => posted),
        );
        expect(facts.events).toBe(plain.events);
        expect(facts.pods[0]?.lastBeat?.text).toBe(plain.pods[0]?.lastBeat?.text);
      }),
    );
  });

  it('hides no error, even within its stack trace', () => {
    fc.assert(
      fc.property(scattered, (some) => {
        const { errors } = digestTexts('schedulerer', among(FAILURE, some));
        expect(errors).toMatchObject([
          {
            level: 'ERROR',
            exception: 'java.net.ConnectException',
            causes: ['java.io.IOException: broken pipe'],
            frames: 4,
            count: 1,
          },
        ]);
      }),
    );
  });

  it('alone is an idle stage', () => {
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), (lines) => {
        expect(digestTexts('dispatcher', lines)).toMatchObject({ idle: true, errors: [] });
      }),
    );
  });
});

describe('several records on one line', () => {
  const records = SAMPLED_STAGES.flatMap((stage) => GUIDE_LINES[stage]).flatMap((line) =>
    splitLine(line),
  );

  it('are split, however they are joined', () => {
    expect(records).toHaveLength(14);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(records, { minLength: 1 }),
        fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
        (some, joins) => {
          const lines: string[] = [];
          some.forEach((record, index) => {
            const before = joins[index] ? lines.pop() : undefined;
            lines.push(before === undefined ? record : `${before} ${record}`);
          });
          expect(lines.flatMap(splitLine)).toEqual(some);
        },
      ),
    );
  });

  it('are not split within a JSON record', () => {
    const quoted = JSON.stringify({ level: 'info', msg: `said: ${FAILURE[0]}` });
    expect(splitLine(quoted)).toEqual([quoted]);
  });
});

describe('the time on a node', () => {
  const BEAT = `${STAMP} [main] INFO picard-dispatcher.init Still running...;`;
  const MINUTE = 60_000;

  it('is derived from its log: ages are right to a heartbeat, however wrong the clock is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20 * MINUTE, max: 20 * MINUTE }),
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 1, max: 25 }),
        (aheadMs, newest, beats) => {
          const lines = Array.from({ length: beats }, (_, index) =>
            written(newest + 60 * (beats - 1 - index), BEAT, aheadMs),
          );
          const [pod] = digest('dispatcher', logOf('dispatcher', lines, {}, aheadMs)).pods;
          const age = pod?.lastBeatAgeMs ?? Number.NaN;
          expect(age).toBeGreaterThanOrEqual(0);
          // Fewer heartbeats than fit the fresh window leave more uncertainty.
          const open = Math.max(MINUTE, FRESH_MS - (beats - 1) * MINUTE);
          expect(Math.abs(age - newest * 1_000)).toBeLessThanOrEqual(open);
        },
      ),
    );
  });

  it.each([
    ['the reference time if nothing contradicts it', [300, 200], 0, 0, 0],
    ['not before the newest line', [30, 10], 2, 900, -10],
    ['late enough that old lines are not fresh', [700, 600], 0, 900, -600 + 180],
    ['early enough that fresh lines are not old', [200, 100], 2, -900, -200 + 180],
  ])('is %s', (_name, secondsAgo, fresh, behind, expected) => {
    const lines = secondsAgo.map((ago) => written(ago, 'INFO a'));
    const log = { lines, cut: false, fresh, startedAt: null };
    const reference = new Date(NOW.getTime() - behind * 1_000);
    const now = estimateNodeTime(log, reference, FRESH_MS);
    expect((now.getTime() - NOW.getTime()) / 1_000).toBe(expected);
  });
});

describe('100,000 lines', () => {
  it('are digested within about a second', () => {
    const cycle = [...SAMPLED_STAGES.flatMap((stage) => GUIDE_LINES[stage]), ...FAILURE];
    const lines = Array.from({ length: 100_000 }, (_, index) =>
      written(1_000 - index / 100, cycle[index % cycle.length] ?? ''),
    );
    const log = logOf('schedulerer', lines);
    const { value, cpuMs } = timed(() => digest('schedulerer', log));
    // The benchmark allows one second; a machine that runs other tests at the same time is slower.
    expect(cpuMs).toBeLessThan(2_000);
    expect(value.errors.map(({ count }) => count)).toEqual([Math.ceil(100_000 / cycle.length)]);
  });
});
