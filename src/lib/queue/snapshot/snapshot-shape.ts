import { isDeepStrictEqual } from 'node:util';
import { STAGES } from '../stages.ts';

/** Says what is wrong with a value that somebody sent, and where; null where nothing is. */
type Check = (value: unknown, path: string) => string | null;

/** What is wrong with a document that should be a snapshot, dates revived; null where nothing is. */
export function shapeFault(value: unknown): string | null {
  return SNAPSHOT(value, 'the document');
}

function ofType(name: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => (holds(value) ? null : `${path} is no ${name}`);
}

const text = ofType('text', (value) => typeof value === 'string');
const flag = ofType('true or false', (value) => typeof value === 'boolean');
const number = ofType('number', (value) => typeof value === 'number' && Number.isFinite(value));
const date = ofType('moment', (value) => value instanceof Date && !Number.isNaN(value.getTime()));

function oneOf(words: readonly unknown[]): Check {
  return ofType(`one of ${words.join(', ')}`, (value) =>
    words.some((word) => isDeepStrictEqual(word, value)),
  );
}

function orNull(check: Check): Check {
  return (value, path) => (value === null ? null : check(value, path));
}

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    for (const [at, item] of value.entries()) {
      const fault = check(item, `${path}[${at}]`);
      if (fault !== null) return fault;
    }
    return null;
  };
}

/** More fields than these are let through: a later version may have them. */
function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `${path} is no object`;
    }
    const own: Readonly<Record<string, unknown>> = { ...value };
    for (const [name, check] of Object.entries(fields)) {
      const at = path === 'the document' ? name : `${path}.${name}`;
      const fault = name in own ? check(own[name], at) : `${at} is missing`;
      if (fault !== null) return fault;
    }
    return null;
  };
}

function evidence(value: Check): Check {
  const known = object({ value, tookMs: number });
  const failure = object({ kind: text, code: text, message: text, hint: orNull(text) });
  const failed = object({ failure, timedOut: flag, tookMs: number });
  const kinds: Readonly<Record<string, Check>> = {
    known,
    failed,
    'not-asked': object({ why: text }),
  };
  const tagged = object({ status: oneOf(Object.keys(kinds)) });
  return (given, path) => {
    const fault = tagged(given, path);
    if (fault !== null) return fault;
    const { status } = given as { readonly status: string };
    return kinds[status]?.(given, path) ?? null;
  };
}

const stage = oneOf(STAGES);

const POD = object({
  name: text,
  workload: text,
  service: orNull(text),
  stage: orNull(stage),
  createdAt: orNull(date),
  judgement: object({
    health: text,
    ready: number,
    containers: number,
    status: text,
    why: orNull(text),
    restarts: number,
    restartReason: orNull(text),
    lastRestartAt: orNull(date),
  }),
});

const WORKLOAD = object({
  kind: text,
  name: text,
  service: orNull(text),
  stage: orNull(stage),
  replicas: number,
  ready: number,
});

const STAGE_LOG = object({
  stage,
  pod: text,
  container: text,
  previous: flag,
  log: evidence(
    object({
      lines: list(object({ time: text, text })),
      cut: flag,
      fresh: number,
      startedAt: orNull(date),
    }),
  ),
});

const CLIENT = object({
  id: text,
  name: text,
  status: text,
  eligible: flag,
  draining: flag,
  takesBuilds: flag,
  runningBuilds: number,
  pendingBuilds: number,
  unknownBuilds: number,
  memoryUsedBytes: orNull(number),
  memoryTotalBytes: orNull(number),
  memoryUsableBytes: orNull(number),
  cpuUsedMhz: orNull(number),
  cpuTotalMhz: orNull(number),
});

const JOB = object({
  id: text,
  buildNumber: orNull(number),
  slug: orNull(text),
  status: text,
  submittedAt: orNull(date),
  startedAt: orNull(date),
  finishedAt: orNull(date),
  outcome: orNull(text),
  nodeName: orNull(text),
  placements: number,
  pending: orNull(
    object({
      kind: text,
      text,
      remedy: orNull(text),
      details: object({ failure: orNull(object({})) }),
    }),
  ),
});

const LOAD = orNull(object({ builds: number, containers: number }));

const BUILD = object({
  project: orNull(text),
  number: orNull(number),
  status: orNull(text),
  queuedAt: orNull(date),
  startedAt: orNull(date),
  stoppedAt: orNull(date),
  url: orNull(text),
});

const QUEUE = object({
  vhost: text,
  name: text,
  messages: number,
  unacknowledged: orNull(number),
  consumers: orNull(number),
});

const PROBE = object({
  client: text,
  check: text,
  host: orNull(text),
  port: orNull(number),
  outcome: oneOf(['ok', 'failed', 'skipped']),
  exitCode: orNull(number),
  meaning: text,
});

const SNAPSHOT = object({
  format: oneOf([1]),
  installation: text,
  takenAt: date,
  windowMs: number,
  freshMs: number,
  serverVersion: orNull(text),
  clocks: object({
    kubernetesAheadMs: orNull(number),
    nomadAheadMs: orNull(number),
    serverAheadMs: orNull(number),
  }),
  pods: evidence(list(POD)),
  workloads: evidence(list(WORKLOAD)),
  logs: list(STAGE_LOG),
  nomad: object({
    leader: evidence(orNull(text)),
    clients: evidence(list(CLIENT)),
    jobs: evidence(list(JOB)),
    agentLogs: list(
      object({
        jobId: text,
        allocationId: text,
        nodeName: orNull(text),
        log: evidence(list(text)),
      }),
    ),
  }),
  server: object({
    summary: evidence(object({ usageQueue: LOAD, runQueue: LOAD, running: LOAD })),
    builds: evidence(list(BUILD)),
  }),
  rabbitmq: evidence(list(QUEUE)),
  outputPort: evidence(list(PROBE)),
  trigger: orNull(
    object({
      project: text,
      number: orNull(number),
      pipelineId: orNull(text),
      ageMs: number,
    }),
  ),
});
