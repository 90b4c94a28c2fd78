/**
 * Nomad's objects as the rest of the tool uses them. They are decoded once from the wire; every
 * field is present, and null if the server or the access method does not report it. Memory and disk
 * are in bytes, CPU in MHz, times are `Date`, and names are Nomad's own.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A node's full UUID. */
export type NodeId = Branded<'NodeId'>;
/** An allocation's full UUID. */
export type AllocationId = Branded<'AllocationId'>;
/** A job's ID; CircleCI uses `HEX24-N-build-ORG-REPO-NUM`. */
export type JobId = Branded<'JobId'>;
/** An evaluation's full UUID. */
export type EvaluationId = Branded<'EvaluationId'>;

/** The four access methods to a Nomad server. */
export type NomadAccess = 'direct' | 'proxy' | 'port-forward' | 'exec';

/** CPU, memory and disk that a node has or an allocation asks for. */
export interface Resources {
  readonly cpuMhz: number;
  readonly memoryBytes: number;
  readonly diskBytes: number | null;
}

/** A node's status. `unknown` stands for any other value. */
export type NodeStatus = 'initializing' | 'ready' | 'down' | 'disconnected' | 'unknown';

/** A Nomad client, which is one machine that runs builds, as the list of nodes reports it. */
export interface NomadNode {
  readonly id: NodeId;
  readonly name: string;
  /** The IP address that the client advertises. */
  readonly address: string | null;
  readonly datacenter: string | null;
  readonly nodeClass: string | null;
  readonly nodePool: string | null;
  /** The version of Nomad on the client. */
  readonly version: string | null;
  readonly status: NodeStatus;
  readonly statusDescription: string | null;
  readonly eligible: boolean;
  readonly draining: boolean;
  /**
   * All resources of the machine, including those that Nomad reserves. Null in lists before Nomad
   * 1.0, and over `exec` before 1.3.
   */
  readonly resources: Resources | null;
  /** The part of `resources` that Nomad reserves. */
  readonly reserved: Resources | null;
}

/** The drain in progress on a node. */
export interface DrainStrategy {
  readonly kind: 'deadline' | 'no-deadline' | 'force';
  readonly deadlineMs: number | null;
  /** The time at which Nomad kills the allocations that still run; null without a deadline. */
  readonly forceAt: Date | null;
  readonly startedAt: Date | null;
  readonly ignoreSystemJobs: boolean;
}

/** The latest drain of a node (Nomad 1.1 and later). */
export interface LastDrain {
  readonly status: 'draining' | 'complete' | 'canceled';
  readonly startedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly meta: Readonly<Record<string, string>>;
}

/** A node event; Nomad keeps the ten newest of each node. */
export interface NodeEvent {
  readonly at: Date | null;
  readonly subsystem: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

/** The virtual machine of a node, from the node's fingerprint; null outside of clouds. */
export interface Instance {
  readonly cloud: 'aws' | 'gcp';
  /** The ID `i-...` on EC2, the numeric ID on GCE. */
  readonly id: string;
  readonly zone: string | null;
  readonly type: string | null;
}

/** A single node, read by its ID. */
export interface NomadNodeDetail extends NomadNode {
  readonly attributes: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly httpAddress: string | null;
  readonly drainStrategy: DrainStrategy | null;
  readonly lastDrain: LastDrain | null;
  readonly events: readonly NodeEvent[];
  readonly instance: Instance | null;
}

/** A task event, such as `Started` or `Killed`. */
export interface TaskEvent {
  readonly type: string;
  readonly at: Date | null;
  readonly message: string;
  readonly exitCode: number | null;
  readonly signal: number | null;
}

/** A task of an allocation. The task of a CircleCI build is `build-agent`. */
export interface TaskState {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'dead' | 'unknown';
  readonly failed: boolean;
  readonly restarts: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly events: readonly TaskEvent[];
}

/**
 * The status that the client reports for an allocation. Only this status proves what runs; the
 * desired status is what the scheduler wants.
 */
export type ClientStatus = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';

/** The placement of a build on a client. */
export interface Allocation {
  readonly id: AllocationId;
  readonly name: string;
  readonly jobId: JobId;
  /** `batch` for builds; null in lists before Nomad 1.0. */
  readonly jobType: string | null;
  readonly taskGroup: string;
  readonly nodeId: NodeId;
  readonly nodeName: string | null;
  readonly evaluationId: EvaluationId | null;
  readonly desiredStatus: 'run' | 'stop' | 'evict' | 'unknown';
  readonly clientStatus: ClientStatus;
  readonly clientDescription: string | null;
  /** `DesiredTransition.Migrate`. With a kill among the task events, a drain ended this build. */
  readonly migrate: boolean;
  readonly createdAt: Date | null;
  readonly modifiedAt: Date | null;
  /** Null if the list was requested without task states. */
  readonly tasks: readonly TaskState[] | null;
  /** The allocated resources; null if the list does not contain them. */
  readonly resources: Resources | null;
}

/** A job in the list of jobs. */
export interface NomadJob {
  readonly id: JobId;
  readonly parentId: JobId | null;
  readonly name: string;
  readonly type: string | null;
  readonly priority: number | null;
  readonly status: 'pending' | 'running' | 'dead' | 'unknown';
  readonly stopped: boolean;
  readonly submittedAt: Date | null;
  /** By task group; null if the server does not send summaries. */
  readonly summary: Readonly<Record<string, TaskGroupSummary>> | null;
}

/** The number of allocations of a task group in each state. */
export interface TaskGroupSummary {
  readonly queued: number;
  readonly starting: number;
  readonly running: number;
  readonly failed: number;
  readonly complete: number;
  readonly lost: number;
}

/** A single job, read by its ID. */
export interface NomadJobDetail extends NomadJob {
  readonly datacenters: readonly string[];
  /** The node pool that the job runs in; null before Nomad 1.6, which has no node pools. */
  readonly nodePool: string | null;
  readonly meta: Readonly<Record<string, string>>;
  readonly taskGroups: readonly TaskGroup[];
  readonly constraints: readonly Constraint[];
}

/** A task group of a job. */
export interface TaskGroup {
  readonly name: string;
  readonly count: number;
  /** The sum over the tasks. */
  readonly resources: Resources;
  readonly tasks: readonly {
    readonly name: string;
    readonly driver: string;
    readonly env: Readonly<Record<string, string>>;
    readonly meta: Readonly<Record<string, string>>;
  }[];
  readonly constraints: readonly Constraint[];
}

/** A constraint, such as `${node.class} = arm`. */
export interface Constraint {
  readonly left: string;
  readonly operand: string;
  readonly right: string;
}

/** The reasons why the scheduler did not place a task group. */
export interface PlacementFailure {
  readonly taskGroup: string;
  readonly nodesEvaluated: number;
  readonly nodesFiltered: number;
  readonly nodesExhausted: number;
  readonly nodesAvailable: Readonly<Record<string, number>>;
  readonly classFiltered: Readonly<Record<string, number>>;
  readonly constraintFiltered: Readonly<Record<string, number>>;
  readonly classExhausted: Readonly<Record<string, number>>;
  readonly dimensionExhausted: Readonly<Record<string, number>>;
  readonly quotaExhausted: readonly string[];
  readonly coalescedFailures: number;
}

/** An evaluation: one decision of the scheduler about a job. */
export interface Evaluation {
  readonly id: EvaluationId;
  readonly jobId: JobId;
  readonly nodeId: NodeId | null;
  readonly type: string | null;
  readonly triggeredBy: string;
  readonly status: 'blocked' | 'pending' | 'complete' | 'failed' | 'canceled' | 'unknown';
  readonly statusDescription: string | null;
  readonly blockedEvaluation: EvaluationId | null;
  readonly previousEvaluation: EvaluationId | null;
  readonly nextEvaluation: EvaluationId | null;
  readonly waitUntil: Date | null;
  readonly createdAt: Date | null;
  readonly modifiedAt: Date | null;
  readonly createIndex: number | null;
  readonly modifyIndex: number | null;
  readonly failures: readonly PlacementFailure[];
  readonly queued: Readonly<Record<string, number>>;
}

/** The Nomad agent that answers. */
export interface Agent {
  readonly version: string;
  readonly region: string | null;
  readonly datacenter: string | null;
  /** The node ID of the client that the agent runs; null if it runs none, or does not report it. */
  readonly clientId: NodeId | null;
}
