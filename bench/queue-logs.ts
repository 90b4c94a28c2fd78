import { digestLogs } from '../src/lib/queue/logs/digest.ts';
import type { LogLine } from '../src/lib/queue/snapshot/snapshot.ts';
import { GUIDE_LINES } from '../test/lib/queue/logs/guide-lines.ts';
import { claim } from './measure.ts';

/**
 * Digests 100,000 log lines: the operations guide's healthy samples, heartbeats, lines of a
 * library, and occasionally an error with its stack trace. The claim is one second.
 *
 *     node bench/queue-logs.ts
 */

const LINES = 100_000;
const ROUNDS = 7;
const STARTED = Date.parse('2021-01-20T06:00:00Z');
const TRACE = [
  '2021-01-20T06:14:59.600+0000 [] [pool-43-thread-13] ERROR schedulerer.scheduler failed to post task; java.net.ConnectException: Connection refused',
  ...Array.from(
    { length: 12 },
    (_, at) => `\tat schedulerer.nomad$post_job.invoke(nomad.clj:${at})`,
  ),
  'Caused by: java.io.IOException: broken pipe',
];
const NOISE = [
  '{"level":"info","ts":"2021-01-20T06:15:01Z","logger":"pool","msg":"connections","idle":4,"errors":0}',
  '2021-01-20T06:15:01.123+0000 [] [main] DEBUG com.zaxxer.hikari.pool.HikariPool stats (total=10, active=0)',
];
const HEALTHY = [...Object.values(GUIDE_LINES).flat(), ...NOISE];

function lines(): readonly LogLine[] {
  const all: LogLine[] = [];
  for (let round = 0; all.length < LINES; round += 1) {
    const some = round % 10 === 0 ? [...HEALTHY, ...TRACE] : HEALTHY;
    for (const text of some) {
      const time = new Date(STARTED + all.length * 10).toISOString();
      all.push({ time, text: text.replaceAll('realitycheck-21', `realitycheck-${round}`) });
    }
  }
  return all.slice(0, LINES);
}

const value = { lines: lines(), cut: false, fresh: 0, startedAt: null };
const log = { status: 'known', value, tookMs: 0 } as const;
const logs = [
  { stage: 'schedulerer', pod: 'pod', container: 'main', previous: false, log } as const,
];
const times: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const started = performance.now();
  const now = new Date(STARTED + LINES * 10);
  const facts = digestLogs(logs, { stage: 'schedulerer', now, freshMs: 180_000 });
  times.push((performance.now() - started) / 1_000);
  if (facts.errors.length !== 1) throw new Error('the error was not found once');
}
// Includes the first round: a command digests the logs only once, before the code is optimised.
const [first = Number.NaN] = times;
const median = [...times].sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
console.log(
  `${Math.round(LINES / median)} lines/s once warm, ${Math.round(LINES / first)} at first`,
);
claim('100,000 log lines judged, the first time', first, 1, ' s');
claim('median of 7', median, 1, ' s');
