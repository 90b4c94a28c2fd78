import type { JobRow } from '../../../nomad/jobs/jobs.ts';
import type { PendingDetails, PendingReason } from '../../../nomad/jobs/pending-reason.ts';
import type { EvaluationId, JobId, NodeId, PlacementFailure } from '../../../nomad/model.ts';
import type { ClientRow } from '../../../nomad/nodes/node-status.ts';
import type { AgentLog, QueueSnapshot } from '../snapshot.ts';
import {
  counts,
  evidence,
  flag,
  id,
  list,
  moment,
  number,
  object,
  oneOf,
  orNull,
  type SchemaFor,
  text,
} from './schema-for.ts';

const CLIENT: SchemaFor<ClientRow> = object({
  id: id<NodeId>(),
  name: text,
  address: orNull(text),
  status: oneOf(['initializing', 'ready', 'down', 'disconnected', 'unknown']),
  statusDescription: orNull(text),
  eligible: flag,
  draining: flag,
  takesBuilds: flag,
  runningBuilds: number,
  pendingBuilds: number,
  unknownBuilds: number,
  cpuUsedMhz: orNull(number),
  cpuTotalMhz: orNull(number),
  memoryUsedBytes: orNull(number),
  memoryTotalBytes: orNull(number),
  memoryUsableBytes: orNull(number),
  nomadReservedCpuMhz: orNull(number),
  nomadReservedMemoryBytes: orNull(number),
  exceedsMemoryLimit: orNull(flag),
  version: orNull(text),
  nodeClass: orNull(text),
  nodePool: orNull(text),
  datacenter: orNull(text),
});

const FAILURE: SchemaFor<PlacementFailure> = object({
  taskGroup: text,
  nodesEvaluated: number,
  nodesFiltered: number,
  nodesExhausted: number,
  nodesAvailable: counts,
  classFiltered: counts,
  constraintFiltered: counts,
  classExhausted: counts,
  dimensionExhausted: counts,
  quotaExhausted: list(text),
  coalescedFailures: number,
});

const DETAILS: SchemaFor<PendingDetails> = object({
  evaluationId: orNull(id<EvaluationId>()),
  evaluatedAt: orNull(moment),
  waitUntil: orNull(moment),
  failure: orNull(FAILURE),
  asked: orNull(object({ cpuMhz: number, memoryBytes: number, diskBytes: orNull(number) })),
  largest: orNull(object({ cpuMhz: number, memoryBytes: number })),
});

const PENDING: SchemaFor<PendingReason> = object({
  kind: oneOf([
    'no-clients',
    'all-full',
    'too-large',
    'exhausted',
    'constraint',
    'class-filtered',
    'driver-missing',
    'mixed',
    'quota',
    'unknown-datacenter',
    'unknown-node-pool',
    'waiting',
    'scheduler-failed',
    'no-evaluation',
    'unexplained',
  ]),
  text,
  remedy: orNull(text),
  moreClientsHelp: orNull(flag),
  details: DETAILS,
});

const JOB: SchemaFor<JobRow> = object({
  id: id<JobId>(),
  buildNumber: orNull(number),
  taskIndex: orNull(number),
  slug: orNull(text),
  org: orNull(text),
  repo: orNull(text),
  url: orNull(text),
  type: orNull(text),
  status: oneOf(['pending', 'running', 'dead', 'unknown']),
  stopped: flag,
  submittedAt: orNull(moment),
  ageMs: orNull(number),
  startedAt: orNull(moment),
  queueMs: orNull(number),
  finishedAt: orNull(moment),
  outcome: orNull(
    oneOf([
      'pending',
      'running',
      'completed',
      'failed',
      'killed-by-drain',
      'stopped',
      'lost',
      'unknown',
    ]),
  ),
  nodeName: orNull(text),
  placements: number,
  pending: orNull(PENDING),
});

const AGENT_LOG: SchemaFor<AgentLog> = object({
  jobId: text,
  allocationId: text,
  nodeName: orNull(text),
  log: evidence(list(text)),
});

/** The schema of the evidence from Nomad. */
export const NOMAD: SchemaFor<QueueSnapshot['nomad']> = object({
  leader: evidence(orNull(text)),
  clients: evidence(list(CLIENT)),
  jobs: evidence(list(JOB)),
  agentLogs: list(AGENT_LOG),
});
