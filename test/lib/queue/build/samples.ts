import { describeJob, type JobReport } from '../../../../src/lib/nomad/jobs/job-report.ts';
import type {
  Allocation,
  AllocationId,
  Evaluation,
  EvaluationId,
  JobId,
  NodeId,
  NomadJob,
  NomadJobDetail,
  PlacementFailure,
  TaskEvent,
} from '../../../../src/lib/nomad/model.ts';
import type {
  BuildFacts,
  BuildRecord,
  RecordKind,
  StageEvidence,
} from '../../../../src/lib/queue/build/build-facts.ts';
import type { Evidence } from '../../../../src/lib/queue/snapshot/evidence.ts';
import type { Stage } from '../../../../src/lib/queue/stages.ts';
import type { RecentBuild } from '../../../../src/lib/server/admin-api.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
export const ID = '6007ca6352718c10b1227a57';
const NOMAD = { name: 'nomad', aheadMs: 0 };
const SERVER = { name: 'server', aheadMs: 0 };

/** The time this many seconds after the build was queued. */
export function at(seconds: number): Date {
  return new Date(START + seconds * 1_000);
}

export function known<T>(value: T): Evidence<T> {
  return { status: 'known', value, tookMs: 3 };
}

export function failed(message: string): Evidence<never> {
  const failure = { kind: 'service', code: 'X', message, hint: null };
  return { status: 'failed', failure, timedOut: false, tookMs: 3 };
}

/** A record at this second, from the stage's only pod. */
export function record(
  stage: Stage,
  kind: RecordKind,
  seconds: number,
  more: Partial<BuildRecord> = {},
): BuildRecord {
  const pod = `${stage}-1`;
  const text = `${kind} it`;
  const line = { pod, time: at(seconds).toISOString(), text };
  const clock = { name: `node of ${pod}`, aheadMs: 0 };
  return { kind, at: at(seconds), clock, message: text, task: null, line, ...more };
}

/** A stage whose log reaches back an hour and has these records. */
export function stage(
  name: Stage,
  said: readonly (readonly [RecordKind, number])[],
  more: Partial<StageEvidence> = {},
): StageEvidence {
  const records = said.map(([kind, seconds]) => record(name, kind, seconds));
  return {
    stage: name,
    name,
    ready: true,
    log: known({ records, reachesBackMs: 3_600_000 }),
    ...more,
  };
}

/** The whole pipeline until the job was posted, 0.52 s after the build was queued. */
export const POSTED: readonly StageEvidence[] = [
  stage('legacy-dispatcher', [
    ['got', 0.1],
    ['forwarded', 0.11],
  ]),
  stage('dispatcher', [
    ['popped', 0.25],
    ['computed', 0.32],
  ]),
  stage('schedulerer', [
    ['got', 0.5],
    ['posting', 0.51],
    ['posted', 0.52],
  ]),
];

/** The UI's entry. */
export function ui(more: Partial<RecentBuild> = {}): RecentBuild {
  return {
    project: 'acme/web',
    number: 21,
    status: 'scheduled',
    startedBy: 'ada',
    queuedAt: at(0),
    startedAt: null,
    stoppedAt: null,
    url: 'https://ci.example.com/gh/acme/web/21',
    parallel: null,
    ...more,
  };
}

/** A task event. */
export function event(type: string, seconds: number, more: Partial<TaskEvent> = {}): TaskEvent {
  return { type, at: at(seconds), message: '', exitCode: null, signal: null, ...more };
}

/** A placement; `end` is the time and the exit code of its end. */
export function placement(
  placedAt: number,
  startedAt: number | null,
  more: Partial<Allocation> & {
    readonly end?: readonly [seconds: number, exitCode: number];
    readonly also?: readonly TaskEvent[];
  } = {},
): Allocation {
  const { end, also = [], ...fields } = more;
  const name = fields.nodeName ?? 'client-a';
  const ended = end ? [event('Terminated', end[0], { exitCode: end[1] })] : [];
  const events = [
    event('Received', placedAt + 0.1),
    ...(startedAt === null ? [] : [event('Started', startedAt)]),
    ...also,
    ...ended,
  ];
  return {
    id: `alloc-${placedAt}` as AllocationId,
    name: 'build',
    jobId: jobId(0),
    jobType: 'batch',
    taskGroup: 'build',
    nodeId: `node-${name}` as NodeId,
    nodeName: name,
    evaluationId: null,
    desiredStatus: 'run',
    clientStatus: end ? (end[1] === 0 ? 'complete' : 'failed') : startedAt ? 'running' : 'pending',
    clientDescription: null,
    migrate: false,
    createdAt: at(placedAt),
    modifiedAt: null,
    tasks: [
      {
        name: 'build-agent',
        state: end ? 'dead' : startedAt ? 'running' : 'pending',
        failed: false,
        restarts: 0,
        startedAt: startedAt === null ? null : at(startedAt),
        finishedAt: end ? at(end[0]) : null,
        events,
      },
    ],
    resources: null,
    ...fields,
  };
}

/** An allocation killed by a drain, which Nomad reports as complete. */
export function killedByDrain(placedAt: number, startedAt: number, killedAt: number): Allocation {
  return placement(placedAt, startedAt, {
    migrate: true,
    desiredStatus: 'stop',
    clientStatus: 'complete',
    end: [killedAt, 0],
    also: [event('Killing', killedAt), event('Killed', killedAt)],
  });
}

export function evaluation(
  seconds: number,
  triggeredBy: string,
  more: Partial<Evaluation> = {},
): Evaluation {
  return {
    id: `eval-${seconds}` as EvaluationId,
    jobId: jobId(0),
    nodeId: null,
    type: 'batch',
    triggeredBy,
    status: 'complete',
    statusDescription: null,
    blockedEvaluation: null,
    previousEvaluation: null,
    nextEvaluation: null,
    waitUntil: null,
    createdAt: at(seconds),
    modifiedAt: at(seconds),
    createIndex: Math.round(seconds * 1_000),
    modifyIndex: null,
    failures: [],
    queued: {},
    ...more,
  };
}

const FULL: PlacementFailure = {
  taskGroup: 'build',
  nodesEvaluated: 3,
  nodesFiltered: 0,
  nodesExhausted: 3,
  nodesAvailable: { default: 3 },
  classFiltered: {},
  constraintFiltered: {},
  classExhausted: {},
  dimensionExhausted: { memory: 3 },
  quotaExhausted: [],
  coalescedFailures: 0,
};

/** Nomad's evaluations of a job that was never placed for lack of capacity. */
export const BLOCKED = [
  evaluation(0.53, 'job-register', { failures: [FULL] }),
  evaluation(0.54, 'queued-allocs', { status: 'blocked' }),
];

function jobId(task: number): JobId {
  return `${ID}-${task}-build-acme-web-21` as JobId;
}

/** One parallel task in Nomad, registered 0.53 s after the build was queued. */
export function job(
  status: NomadJob['status'],
  allocations: readonly Allocation[],
  evaluations: readonly Evaluation[] = [evaluation(0.53, 'job-register')],
  task = 0,
): JobReport {
  const listed: NomadJob = {
    id: jobId(task),
    parentId: null,
    name: jobId(task),
    type: 'batch',
    priority: 50,
    status,
    stopped: false,
    submittedAt: at(0.53),
    summary: null,
  };
  const detail: NomadJobDetail = {
    ...listed,
    datacenters: ['default'],
    nodePool: null,
    meta: {},
    taskGroups: [],
    constraints: [],
  };
  return describeJob(listed, detail, allocations, { evaluations, nodes: [], now: at(600) });
}

/** All that is known about the build, this many seconds after it was queued. */
export function facts(seconds: number, more: Partial<BuildFacts>): BuildFacts {
  return {
    build: {
      name: 'acme/web/21',
      key: 'acme-web-21',
      buildId: ID,
      number: 21,
      task: null,
      url: null,
    },
    now: at(seconds),
    chosen: { pipeline: 'legacy-dispatcher', notes: [] },
    stages: [...POSTED, stage('output-processor', [])],
    jobs: known([]),
    ui: known(ui()),
    serverClock: SERVER,
    nomadClock: NOMAD,
    notes: [],
    ...more,
  };
}
