import type { Wire } from './wire/encode.ts';

/** Nanoseconds since the epoch, as a bigint because a double cannot hold them exactly. */
export type Nanoseconds = bigint;

/** An event of a node. */
export interface NodeEventRecord {
  readonly message: string;
  readonly subsystem: string;
  readonly details: Readonly<Record<string, string>> | null;
  readonly at: Nanoseconds;
  readonly createIndex: number;
}

/** A drain in progress. */
export interface DrainRecord {
  /** In nanoseconds; zero for no deadline, negative for a forced drain. */
  readonly deadlineNs: bigint;
  readonly ignoreSystemJobs: boolean;
  readonly startedAt: Nanoseconds;
  /** When the remaining allocations are killed; null without a deadline and for a forced drain. */
  readonly forceAt: Nanoseconds | null;
}

/** The last drain of a node, which Nomad keeps since 1.1. */
export interface LastDrainRecord {
  readonly status: 'draining' | 'complete' | 'canceled';
  readonly startedAt: Nanoseconds;
  readonly updatedAt: Nanoseconds;
  readonly meta: Readonly<Record<string, string>> | null;
}

/** A Nomad client. */
export interface NodeRecord {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly datacenter: string;
  readonly nodeClass: string;
  readonly pool: string;
  readonly version: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** Equal for nodes that are indistinguishable by attributes, meta and class. */
  readonly computedClass: string;
  readonly drivers: readonly string[];
  readonly cpuMhz: number;
  readonly memoryMb: number;
  readonly diskMb: number;
  readonly reservedCpuMhz: number;
  readonly reservedMemoryMb: number;
  readonly bootedAt: Nanoseconds;
  status: 'initializing' | 'ready' | 'down' | 'disconnected';
  eligible: boolean;
  drain: DrainRecord | null;
  lastDrain: LastDrainRecord | null;
  events: readonly NodeEventRecord[];
  statusUpdatedAt: Nanoseconds;
  createIndex: number;
  modifyIndex: number;
  /** Whether the machine is up and sends heartbeats. */
  heartbeating: boolean;
  /** Whether the servers have a connection to the client, for logs and statistics. */
  linked: boolean;
  /** The resources used by its allocations. */
  usedCpuMhz: number;
  usedMemoryMb: number;
  usedDiskMb: number;
}

/** A constraint of a job or a group. */
export interface ConstraintRecord {
  readonly left: string;
  readonly operand: string;
  readonly right: string;
}

/** A task as specified in the job. */
export interface TaskSpec {
  readonly name: string;
  readonly driver: string;
  readonly config: Wire;
  readonly env: Readonly<Record<string, string>> | null;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly cpuMhz: number;
  readonly memoryMb: number;
  readonly killTimeoutMs: number;
}

/** A task group as specified in the job. */
export interface GroupSpec {
  readonly name: string;
  readonly count: number;
  readonly diskMb: number;
  readonly constraints: readonly ConstraintRecord[];
  readonly tasks: readonly TaskSpec[];
}

/** The simulated behaviour of a running build, which Nomad does not know in advance. */
export interface BuildBehaviour {
  /** How long it runs; null for a build that runs until it is stopped. */
  readonly durationMs: number | null;
  readonly exitCode: number;
}

/** A job. */
export interface JobRecord {
  readonly id: string;
  readonly type: 'batch' | 'service' | 'system';
  readonly priority: number;
  readonly datacenters: readonly string[];
  readonly pool: string;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly constraints: readonly ConstraintRecord[];
  readonly groups: readonly GroupSpec[];
  readonly submittedAt: Nanoseconds;
  readonly version: number;
  readonly behaviour: BuildBehaviour;
  status: 'pending' | 'running' | 'dead';
  stop: boolean;
  createIndex: number;
  modifyIndex: number;
  jobModifyIndex: number;
  summaryIndex: number;
  /** The number of allocations of each group that wait for placement. */
  queued: Readonly<Record<string, number>>;
}

/** An event of a task. */
export interface TaskEventRecord {
  readonly type:
    | 'Received'
    | 'Task Setup'
    | 'Started'
    | 'Terminated'
    | 'Not Restarting'
    | 'Killing'
    | 'Killed';
  readonly at: Nanoseconds;
  readonly exitCode?: number;
  readonly message?: string;
  readonly killTimeoutMs?: number;
}

/** The client's report on a task of an allocation. */
export interface TaskRecord {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'dead';
  readonly failed: boolean;
  readonly startedAt: Nanoseconds | null;
  readonly finishedAt: Nanoseconds | null;
  readonly events: readonly TaskEventRecord[];
}

/** The scheduler's metrics about the nodes for a task group. */
export interface PlacementMetrics {
  readonly nodesEvaluated: number;
  readonly nodesFiltered: number;
  readonly nodesExhausted: number;
  readonly nodesAvailable: Readonly<Record<string, number>>;
  readonly classFiltered: Readonly<Record<string, number>>;
  readonly constraintFiltered: Readonly<Record<string, number>>;
  readonly classExhausted: Readonly<Record<string, number>>;
  readonly dimensionExhausted: Readonly<Record<string, number>>;
  readonly coalescedFailures: number;
  readonly allocationTimeNs: number;
  readonly scores: readonly { readonly nodeId: string; readonly score: number }[];
}

/** An allocation: one placement of a task group on a node. */
export interface AllocationRecord {
  readonly id: string;
  readonly evalId: string;
  readonly name: string;
  readonly job: JobRecord;
  readonly group: GroupSpec;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly metrics: PlacementMetrics;
  readonly createdAt: Nanoseconds;
  readonly previous: string;
  next: string;
  desired: 'run' | 'stop' | 'evict';
  desiredDescription: string;
  migrate: boolean;
  client: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';
  clientDescription: string;
  /** Null until the client has started the allocation. */
  tasks: readonly TaskRecord[] | null;
  modifiedAt: Nanoseconds;
  createIndex: number;
  modifyIndex: number;
  /** The index of the last change that was not made by the client. */
  allocModifyIndex: number;
  /** Whether it is counted in the used resources of its node. */
  occupies: boolean;
}

/** An evaluation: why the scheduler examined a job, and with what result. */
export interface EvaluationRecord {
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  readonly priority: number;
  readonly triggeredBy:
    | 'job-register'
    | 'job-deregister'
    | 'node-update'
    | 'node-drain'
    | 'queued-allocs'
    | 'alloc-stop';
  readonly nodeId: string;
  readonly nodeModifyIndex: number;
  readonly jobModifyIndex: number;
  readonly createdAt: Nanoseconds;
  readonly previousEval: string;
  readonly classEligibility: Readonly<Record<string, boolean>> | null;
  status: 'pending' | 'blocked' | 'complete' | 'failed' | 'canceled';
  statusDescription: string;
  blockedEval: string;
  nextEval: string;
  failures: Readonly<Record<string, PlacementMetrics>> | null;
  queued: Readonly<Record<string, number>> | null;
  snapshotIndex: number;
  modifiedAt: Nanoseconds;
  createIndex: number;
  modifyIndex: number;
}

/** Returns whether an allocation has ended, according to its client. */
export function isClientTerminal(allocation: AllocationRecord): boolean {
  return (
    allocation.client === 'complete' ||
    allocation.client === 'failed' ||
    allocation.client === 'lost'
  );
}

/** Returns whether an allocation has ended or is to stop (Nomad's Allocation.TerminalStatus). */
export function isTerminal(allocation: AllocationRecord): boolean {
  return allocation.desired !== 'run' || isClientTerminal(allocation);
}

/** Returns whether every task ended without a failure, which Nomad takes for a finished build. */
export function ranSuccessfully(allocation: AllocationRecord): boolean {
  return allocation.tasks?.every((task) => task.state === 'dead' && !task.failed) ?? false;
}

/** Returns whether the scheduler may place allocations on a node. */
export function isSchedulable(node: NodeRecord): boolean {
  return node.status === 'ready' && node.eligible && node.drain === null;
}
