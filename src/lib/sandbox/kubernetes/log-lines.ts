import { type LogPattern, type LogSource, patternSource } from './log-source.ts';

const BEAT_EVERY_MS = 60_000;

/** Formats a time as `2021-01-20T06:14:59.277+0000`. */
function isoTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}

function beat(offsetMs: number, where: string): LogPattern {
  return {
    everyMs: BEAT_EVERY_MS,
    offsetMs,
    text: (at) => `${isoTime(at)} [] [main] INFO ${where} Still running...;`,
  };
}

const PATTERNS: Readonly<Record<string, readonly LogPattern[]>> = {
  'circleci-telegraf': [
    {
      everyMs: 10_000,
      offsetMs: 0,
      text: (at, round) =>
        `circle.run-queue.latency,host=circleci-telegraf value=${(round * 7) % 40}i ${at.getTime()}000000`,
    },
    {
      everyMs: 10_000,
      offsetMs: 3,
      text: (at, round) =>
        `circle.nomad.server_agent.jobs.running,host=circleci-telegraf value=${round % 9}i ${at.getTime()}000000`,
    },
  ],
  'circleci-nomad': [
    {
      everyMs: 300_000,
      offsetMs: 12_411,
      text: (at) =>
        `    ${at.toISOString().slice(0, 23)}Z [INFO]  nomad.core: garbage collected objects: evals=0 allocs=0`,
    },
  ],
  // Their own log lines are not known.
  'distributor-cleaner': [],
  'distributor-dispatcher': [],
  'distributor-external': [],
  'distributor-internal': [],
  exim: [],
  'external-dns': [
    {
      everyMs: 60_000,
      offsetMs: 1_900,
      text: (at) =>
        `time="${at.toISOString().slice(0, 19)}Z" level=info msg="All records are already up to date"`,
    },
  ],
};

/**
 * Returns the log source of a healthy service. Application services that are not listed log only a
 * regular "Still running".
 */
export function healthyLog(workload: string): LogSource {
  return patternSource(PATTERNS[workload] ?? [beat(31_112, `${workload}.core`)]);
}
