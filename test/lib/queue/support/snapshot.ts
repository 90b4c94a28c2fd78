import type { JobRow } from '../../../../src/lib/nomad/jobs/jobs.ts';
import type { PendingKind } from '../../../../src/lib/nomad/jobs/pending-reason.ts';
import type { JobId, NodeId } from '../../../../src/lib/nomad/model.ts';
import type { ClientRow } from '../../../../src/lib/nomad/nodes/node-status.ts';
import type { PodJudgement } from '../../../../src/lib/pods/judge.ts';
import type { Evidence } from '../../../../src/lib/queue/snapshot/evidence.ts';
import { notAsked } from '../../../../src/lib/queue/snapshot/evidence.ts';
import type {
  LogLine,
  PodFact,
  QueueSnapshot,
  StageLog,
} from '../../../../src/lib/queue/snapshot/snapshot.ts';
import { STAGES, type Stage } from '../../../../src/lib/queue/stages.ts';
import type { RecentBuild } from '../../../../src/lib/server/admin-api.ts';

/** The time of these snapshots, by all correct clocks. */
const NOW = new Date('2026-03-02T09:00:00Z');
const MINUTE = 60_000;
const WINDOW = 30 * MINUTE;
const FRESH = 3 * MINUTE;

/** Returns the time that long ago. */
export function ago(ms: number): Date {
  return new Date(NOW.getTime() - ms);
}

/** Returns evidence that is known. */
export function sure<T>(value: T): Evidence<T> {
  return { status: 'known', value, tookMs: 5 };
}

/** Returns evidence that could not be read. */
export function failed(
  code: string,
  message: string,
  more: { readonly kind?: string; readonly timedOut?: boolean } = {},
): Evidence<never> {
  const failure = { kind: more.kind ?? 'service', code, message, hint: null };
  return { status: 'failed', failure, timedOut: more.timedOut ?? false, tookMs: 10_000 };
}

const WELL: PodJudgement = {
  health: 'ready',
  ready: 1,
  containers: 1,
  status: 'Running',
  why: null,
  lostNode: null,
  blocksReplacement: false,
  restarts: 0,
  restartReason: null,
  lastRestartAt: null,
};

const SERVICES: Readonly<Record<Stage, string>> = {
  'legacy-dispatcher': 'legacy-dispatcher',
  dispatcher: 'dispatcher',
  schedulerer: 'scheduler',
  'output-processor': 'output-processor',
};

/** A pod of a stage or of another service. */
export function pod(
  of: string,
  judgement: Partial<PodJudgement> = {},
  more: Partial<PodFact> = {},
): PodFact {
  const stage = STAGES.find((one) => one === of) ?? null;
  return {
    name: `${of}-1`,
    workload: of,
    service: stage === null ? of : SERVICES[stage],
    stage,
    createdAt: ago(6 * 24 * 60 * MINUTE),
    judgement: { ...WELL, ...judgement },
    ...more,
  };
}

/** Returns the log of a stage's pod from texts and their ages. The kubelet counts fresh lines
 * by the same clock. */
export function log(
  stage: Stage,
  entries: readonly (readonly [ageMs: number, text: string])[],
  more: { readonly startedAt?: Date; readonly skewMs?: number; readonly pod?: string } = {},
): StageLog {
  const skew = more.skewMs ?? 0;
  const sorted = entries.toSorted(([a], [b]) => b - a);
  const lines: LogLine[] = sorted.map(([age, text]) => ({
    time: new Date(NOW.getTime() - age + skew).toISOString(),
    text,
  }));
  const value = {
    lines,
    cut: false,
    fresh: sorted.filter(([age]) => age <= FRESH).length,
    startedAt: more.startedAt ?? ago(6 * 24 * 60 * MINUTE),
  };
  return {
    stage,
    pod: more.pod ?? `${stage}-1`,
    container: stage,
    previous: false,
    log: sure(value),
  };
}

type Entry = readonly [ageMs: number, text: string];

function stamp(ageMs: number): string {
  return ago(ageMs).toISOString().replace('Z', '+0000');
}

/** Returns the heartbeats of a stage, one per minute from one age to another. */
export function beats(stage: Stage, fromMs = WINDOW - 40_000, toMs = 20_000): readonly Entry[] {
  const namespace = stage === 'dispatcher' ? 'picard-dispatcher.init' : `${stage}.core`;
  const all: Entry[] = [];
  for (let age = fromMs; age >= toMs; age -= MINUTE) {
    all.push([age, `${stamp(age)} [] [main] INFO ${namespace} Still running...;`]);
  }
  return all;
}

/** The log lines of each stage about a build, as in the operations guide. */
export const says = {
  legacy(build: string, ageMs: number): readonly Entry[] {
    const head = 'Mar  2 08:00:00.119:+0000 INFO circle.backend.build.usage-queue';
    return [
      [ageMs + 10, `${head} got usage-queue event;`],
      [ageMs, `${head} forwarded to run-queue; build-name=${build};`],
    ];
  },
  dispatcher(build: string, ageMs: number): readonly Entry[] {
    const head = `${stamp(ageMs)} [] [async-thread-macro-1] INFO picard-dispatcher`;
    return [
      [ageMs, `${head}.core popped build from build queue;`],
      [
        ageMs,
        `${head}.tasks Build is using resource class; build-id=${idOf(build)}; build-url=https://ci.example.com/gh/${build};`,
      ],
      [ageMs, `${head}.tasks Computed tasks;`],
    ];
  },
  schedulerer(build: string, ageMs: number, posted = true): readonly Entry[] {
    const head = `${stamp(ageMs)} [] [pool-43-thread-13] INFO schedulerer`;
    const got: Entry = [ageMs, `${head}.core got task message; task-name=${jobIdOf(build)};`];
    if (!posted) return [got];
    return [
      got,
      [ageMs, `${head}.scheduler posting task to nomad;`],
      [ageMs, `${head}.scheduler posted to nomad;`],
    ];
  },
};

/** Returns 24 hexadecimal digits that are always the same for a build. */
export function idOf(build: string): string {
  const sum = [...build].reduce(
    (total, letter) => (total * 31 + letter.charCodeAt(0)) % 2 ** 32,
    7,
  );
  return sum.toString(16).padStart(24, 'a');
}

/** Returns the ID of a build's first job in Nomad. */
export function jobIdOf(build: string): JobId {
  return `${idOf(build)}-0-build-${build.replaceAll('/', '-')}` as JobId;
}

/** Returns a job of Nomad, which is running by default. */
export function job(build: string, more: Partial<JobRow> = {}): JobRow {
  const [org = '', repo = '', number = '1'] = build.split('/');
  return {
    id: jobIdOf(build),
    buildNumber: Number(number),
    taskIndex: 0,
    slug: `${org}-${repo}`,
    org: null,
    repo: null,
    url: null,
    type: 'batch',
    status: 'running',
    stopped: false,
    submittedAt: ago(5 * MINUTE),
    ageMs: 5 * MINUTE,
    startedAt: ago(5 * MINUTE),
    queueMs: 10,
    finishedAt: null,
    outcome: 'running',
    nodeName: 'ip-10-0-1-1',
    placements: 1,
    pending: null,
    ...more,
  };
}

/** Returns a job that Nomad cannot place. */
export function pending(
  build: string,
  kind: PendingKind,
  text: string,
  ageMs = 5 * MINUTE,
): JobRow {
  const details = {
    evaluationId: null,
    evaluatedAt: null,
    waitUntil: null,
    failure: null,
    asked: null,
    largest: null,
  };
  return job(build, {
    status: 'pending',
    submittedAt: ago(ageMs),
    ageMs,
    startedAt: null,
    queueMs: null,
    outcome: null,
    nodeName: null,
    placements: 0,
    pending: { kind, text, remedy: null, moreClientsHelp: null, details },
  });
}

/** Returns a client, which accepts builds by default. */
export function client(name: string, more: Partial<ClientRow> = {}): ClientRow {
  const row = {
    id: `${name}-id` as NodeId,
    name,
    address: null,
    status: 'ready',
    statusDescription: null,
    eligible: true,
    draining: false,
    runningBuilds: 1,
    pendingBuilds: 0,
    unknownBuilds: 0,
    cpuUsedMhz: null,
    cpuTotalMhz: null,
    memoryUsedBytes: null,
    memoryTotalBytes: null,
    memoryUsableBytes: null,
    nomadReservedCpuMhz: null,
    nomadReservedMemoryBytes: null,
    exceedsMemoryLimit: null,
    version: '1.0.4',
    nodeClass: 'linux-64bit',
    nodePool: null,
    datacenter: 'default',
    ...more,
  } satisfies Omit<ClientRow, 'takesBuilds'>;
  const takesBuilds = row.status === 'ready' && row.eligible && !row.draining;
  return { ...row, takesBuilds, ...more };
}

/** Returns a build in the UI. */
export function inUi(build: string, status: string, queuedMs = 5 * MINUTE): RecentBuild {
  const [org = '', repo = '', number = '1'] = build.split('/');
  const begun = !['queued', 'scheduled', 'not_running'].includes(status);
  return {
    project: `${org}/${repo}`,
    number: Number(number),
    status,
    startedBy: 'ada',
    queuedAt: ago(queuedMs),
    startedAt: begun ? ago(queuedMs - 1_000) : null,
    stoppedAt: begun && status !== 'running' ? ago(queuedMs - 2_000) : null,
    url: null,
    parallel: null,
  };
}

/** A build that has reached Nomad and is running. */
export const WELL_BUILD = 'acme/web/41';

/** Returns logs of stages with heartbeats that have passed one build on. */
export function healthyLogs(): readonly StageLog[] {
  const at = 4 * MINUTE;
  return [
    log('legacy-dispatcher', says.legacy(WELL_BUILD, at + 300)),
    log('dispatcher', [...beats('dispatcher'), ...says.dispatcher(WELL_BUILD, at + 200)]),
    log('schedulerer', [...beats('schedulerer'), ...says.schedulerer(WELL_BUILD, at + 100)]),
    log('output-processor', beats('output-processor')),
  ];
}

/** Replaces the healthy log of a stage. */
export function withLog(own: StageLog): readonly StageLog[] {
  return [...healthyLogs().filter(({ stage }) => stage !== own.stage), own];
}

/** Adds lines to the healthy log of a stage. */
export function adding(stage: Stage, entries: readonly Entry[]): StageLog {
  const healthy = healthyLogs().find((one) => one.stage === stage);
  const known = healthy?.log.status === 'known' ? healthy.log.value.lines : [];
  return log(stage, [
    ...known.map((line): Entry => [NOW.getTime() - Date.parse(line.time), line.text]),
    ...entries,
  ]);
}

/** The pods of a healthy installation. */
const PODS: readonly PodFact[] = [
  ...STAGES.map((stage) => pod(stage)),
  ...['circleci-nomad', 'circleci-rabbitmq', 'circleci-mongodb', 'frontend', 'grafana'].map(
    (name) => pod(name),
  ),
];

/** Replaces pods of the same name. */
export function withPods(...own: readonly PodFact[]): Evidence<readonly PodFact[]> {
  const names = new Set(own.map(({ service }) => service));
  return sure([...PODS.filter(({ service }) => !names.has(service)), ...own]);
}

/** The parts of a snapshot that differ from a healthy installation. */
export type Ill = Partial<Omit<QueueSnapshot, 'nomad' | 'server'>> & {
  readonly nomad?: Partial<QueueSnapshot['nomad']>;
  readonly server?: Partial<QueueSnapshot['server']>;
};

/** Returns a snapshot of an installation that is healthy apart from the given parts. */
export function snapshot({ nomad, server, ...ill }: Ill = {}): QueueSnapshot {
  return {
    format: 1,
    installation: 'prod',
    takenAt: NOW,
    windowMs: WINDOW,
    freshMs: FRESH,
    serverVersion: '3.0',
    clocks: { kubernetesAheadMs: 0, nomadAheadMs: 0, serverAheadMs: 0 },
    pods: sure(PODS),
    workloads: sure([]),
    logs: healthyLogs(),
    nomad: {
      leader: sure('10.0.0.1:4647'),
      clients: sure([client('ip-10-0-1-1'), client('ip-10-0-1-2')]),
      jobs: sure([job(WELL_BUILD)]),
      agentLogs: [],
      ...nomad,
    },
    server: {
      summary: notAsked('this test does not need it'),
      builds: sure([inUi(WELL_BUILD, 'running')]),
      ...server,
    },
    rabbitmq: sure([
      { vhost: '/', name: 'run-queue', messages: 0, unacknowledged: 0, consumers: 1 },
    ]),
    outputPort: notAsked('SSH is not set up'),
    trigger: null,
    ...ill,
  };
}

/** Returns the UI's list with additional builds. */
export function listed(...builds: readonly RecentBuild[]): Evidence<readonly RecentBuild[]> {
  return sure([inUi(WELL_BUILD, 'running'), ...builds]);
}

/** Returns the same logs from nodes whose clocks are ahead. */
export function skewed(
  logs: readonly StageLog[],
  aheadMs: Readonly<Record<Stage, number>>,
): readonly StageLog[] {
  return logs.map((one) => {
    if (one.log.status !== 'known') return one;
    const { lines, startedAt, ...read } = one.log.value;
    const shift = (at: string | Date): Date =>
      new Date(new Date(at).getTime() + aheadMs[one.stage]);
    const value = {
      ...read,
      lines: lines.map((line) => ({ ...line, time: shift(line.time).toISOString() })),
      startedAt: startedAt && shift(startedAt),
    };
    return { ...one, log: sure(value) };
  });
}

/** Evidence that could not be requested. */
export const NOTHING = notAsked('nothing is set up');
/** No server is configured. */
export const NO_UI = { summary: NOTHING, builds: NOTHING };
