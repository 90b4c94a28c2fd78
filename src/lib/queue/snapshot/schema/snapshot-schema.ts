import type { ProbeResult } from '../../../connectivity/examine.ts';
import type { PodJudgement } from '../../../pods/judge.ts';
import type { BuildSystemSummary, RecentBuild } from '../../../server/admin-api.ts';
import { STAGES } from '../../stages.ts';
import type {
  Clocks,
  LogLine,
  PodFact,
  QueueSnapshot,
  RabbitQueue,
  ReadLog,
  StageLog,
  TriggeredBuild,
  WorkloadFact,
} from '../snapshot.ts';
import { NOMAD } from './nomad-schema.ts';
import {
  evidence,
  falseIfAbsent,
  flag,
  list,
  moment,
  nullIfAbsent,
  number,
  object,
  oneOf,
  orNull,
  type SchemaFor,
  text,
} from './schema-for.ts';

const stage = oneOf(STAGES);

const CLOCKS: SchemaFor<Clocks> = object({
  kubernetesAheadMs: orNull(number),
  nomadAheadMs: orNull(number),
  serverAheadMs: orNull(number),
});

const JUDGEMENT: SchemaFor<PodJudgement> = object({
  health: oneOf(['ready', 'completed', 'starting', 'terminating', 'left-behind', 'not-ready']),
  ready: number,
  containers: number,
  status: text,
  why: orNull(text),
  lostNode: nullIfAbsent(text),
  blocksReplacement: falseIfAbsent,
  restarts: number,
  restartReason: orNull(text),
  lastRestartAt: orNull(moment),
});

const POD: SchemaFor<PodFact> = object({
  name: text,
  workload: text,
  service: orNull(text),
  stage: orNull(stage),
  createdAt: orNull(moment),
  judgement: JUDGEMENT,
});

const WORKLOAD: SchemaFor<WorkloadFact> = object({
  kind: text,
  name: text,
  service: orNull(text),
  stage: orNull(stage),
  replicas: number,
  ready: number,
});

const LINE: SchemaFor<LogLine> = object({ time: text, text });

const READ_LOG: SchemaFor<ReadLog> = object({
  lines: list(LINE),
  cut: flag,
  fresh: number,
  startedAt: orNull(moment),
});

const STAGE_LOG: SchemaFor<StageLog> = object({
  stage,
  pod: text,
  container: text,
  previous: flag,
  log: evidence(READ_LOG),
});

const load = orNull(object({ builds: number, containers: number }));

const SUMMARY: SchemaFor<BuildSystemSummary> = object({
  usageQueue: load,
  runQueue: load,
  running: load,
});

const BUILD: SchemaFor<RecentBuild> = object({
  project: orNull(text),
  number: orNull(number),
  status: orNull(text),
  startedBy: orNull(text),
  queuedAt: orNull(moment),
  startedAt: orNull(moment),
  stoppedAt: orNull(moment),
  url: orNull(text),
  parallel: nullIfAbsent(number),
});

const QUEUE: SchemaFor<RabbitQueue> = object({
  vhost: text,
  name: text,
  messages: number,
  unacknowledged: orNull(number),
  consumers: orNull(number),
});

const PROBE: SchemaFor<ProbeResult> = object({
  clientId: text,
  client: text,
  check: oneOf([
    'output-processor',
    'server',
    'github-api',
    'github-git',
    'nomad',
    'rabbitmq',
    'postgresql',
    'mongodb',
    'redis',
    'vault',
    'dns',
    'ssh',
  ]),
  host: orNull(text),
  port: orNull(number),
  outcome: oneOf(['ok', 'failed', 'skipped']),
  exitCode: orNull(number),
  meaning: text,
  hint: orNull(text),
});

const TRIGGER: SchemaFor<TriggeredBuild> = object({
  project: text,
  number: orNull(number),
  pipelineId: orNull(text),
  ageMs: number,
});

/** The schema of a snapshot's JSON document. */
export const SNAPSHOT: SchemaFor<QueueSnapshot> = object({
  format: oneOf([1]),
  installation: text,
  takenAt: moment,
  windowMs: number,
  freshMs: number,
  serverVersion: orNull(text),
  clocks: CLOCKS,
  pods: evidence(list(POD)),
  workloads: evidence(list(WORKLOAD)),
  logs: list(STAGE_LOG),
  nomad: NOMAD,
  server: object({ summary: evidence(SUMMARY), builds: evidence(list(BUILD)) }),
  rabbitmq: evidence(list(QUEUE)),
  outputPort: evidence(list(PROBE)),
  trigger: orNull(TRIGGER),
});
