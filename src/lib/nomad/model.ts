/**
 * Nomad's objects as the rest of the tool sees them: read once from the wire, every field present,
 * and null where the server (or the way to it) does not say. Memory and disk are bytes, CPU is
 * MHz, moments are `Date`, names are the field's.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A node's full UUID. */
export type NodeId = Branded<'NodeId'>;
/** An allocation's full UUID. */
export type AllocationId = Branded<'AllocationId'>;
/** A job's ID: for CircleCI `HEX24-N-build-ORG-REPO-NUM`. */
export type JobId = Branded<'JobId'>;
/** An evaluation's full UUID. */
export type EvaluationId = Branded<'EvaluationId'>;

/** The four ways to a Nomad server. */
export type NomadAccess = 'direct' | 'proxy' | 'port-forward' | 'exec';

/** CPU, memory and disk of a node, or asked for by an allocation. */
export interface Resources {
  readonly cpuMhz: number;
  readonly memoryBytes: number;
  readonly diskBytes: number | null;
}

/** A node's status. `unknown` stands for words that this version does not know. */
export type NodeStatus = 'initializing' | 'ready' | 'down' | 'disconnected' | 'unknown';

/** A Nomad client: one machine that runs builds. From the list of nodes. */
export interface NomadNode {
  readonly id: NodeId;
  readonly name: string;
  /** IP address that the client advertises. */
  readonly address: string | null;
  readonly datacenter: string | null;
  readonly nodeClass: string | null;
  readonly nodePool: string | null;
  /** Version of Nomad on the client. */
  readonly version: string | null;
  readonly status: NodeStatus;
  readonly statusDescription: string | null;
  readonly eligible: boolean;
  readonly draining: boolean;
  /**
   * All of the machine's resources, Nomad's reserve included; null in lists before Nomad 1.0, and by
   * `exec` before 1.3.
   */
  readonly resources: Resources | null;
  /** What Nomad itself keeps back from `resources`. */
  readonly reserved: Resources | null;
}

/** A drain that is going on. */
export interface DrainStrategy {
  readonly kind: 'deadline' | 'no-deadline' | 'force';
  readonly deadlineMs: number | null;
  /** When Nomad will kill what still runs; null without a deadline. */
  readonly forceAt: Date | null;
  readonly startedAt: Date | null;
  readonly ignoreSystemJobs: boolean;
}

/** How the newest drain of a node ended (Nomad 1.1 and later). */
export interface LastDrain {
  readonly status: 'draining' | 'complete' | 'canceled';
  readonly startedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly meta: Readonly<Record<string, string>>;
}

/** One of the ten newest events that a node keeps. */
export interface NodeEvent {
  readonly at: Date | null;
  readonly subsystem: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

/** The virtual machine behind a node, as its fingerprint says; null outside of clouds. */
export interface Instance {
  readonly cloud: 'aws' | 'gcp';
  /** EC2's `i-...`, or GCE's numeric id. */
  readonly id: string;
  readonly zone: string | null;
  readonly type: string | null;
}

/** One node, read by its ID. */
export interface NomadNodeDetail extends NomadNode {
  readonly attributes: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly httpAddress: string | null;
  readonly drainStrategy: DrainStrategy | null;
  readonly lastDrain: LastDrain | null;
  readonly events: readonly NodeEvent[];
  readonly instance: Instance | null;
}

/** One event of a task, such as `Started` or `Killed`. */
export interface TaskEvent {
  readonly type: string;
  readonly at: Date | null;
  readonly message: string;
  readonly exitCode: number | null;
  readonly signal: number | null;
}

/** A task of an allocation; CircleCI's is `build-agent`. */
export interface TaskState {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'dead' | 'unknown';
  readonly failed: boolean;
  readonly restarts: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly events: readonly TaskEvent[];
}

/** What a client says about an allocation. Only this status is proof: `desired` is a wish. */
export type ClientStatus = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';

/** One placement of a build on a client. */
export interface Allocation {
  readonly id: AllocationId;
  readonly name: string;
  readonly jobId: JobId;
  /** `batch` for builds; null before Nomad 1.0 in lists. */
  readonly jobType: string | null;
  readonly taskGroup: string;
  readonly nodeId: NodeId;
  readonly nodeName: string | null;
  readonly evaluationId: EvaluationId | null;
  readonly desiredStatus: 'run' | 'stop' | 'evict' | 'unknown';
  readonly clientStatus: ClientStatus;
  readonly clientDescription: string | null;
  /** `DesiredTransition.Migrate`: with a kill among the events, a drain ended this build. */
  readonly migrate: boolean;
  readonly createdAt: Date | null;
  readonly modifiedAt: Date | null;
  /** Null where the list was asked for without task states. */
  readonly tasks: readonly TaskState[] | null;
  /** What it was given; null where the list does not say. */
  readonly resources: Resources | null;
}

/** A job of the list of jobs. */
export interface NomadJob {
  readonly id: JobId;
  readonly parentId: JobId | null;
  readonly name: string;
  readonly type: string | null;
  readonly priority: number | null;
  readonly status: 'pending' | 'running' | 'dead' | 'unknown';
  readonly stopped: boolean;
  readonly submittedAt: Date | null;
  /** Per task group; null where the server does not send summaries. */
  readonly summary: Readonly<Record<string, TaskGroupSummary>> | null;
}

/** How many allocations of a task group are in which state. */
export interface TaskGroupSummary {
  readonly queued: number;
  readonly starting: number;
  readonly running: number;
  readonly failed: number;
  readonly complete: number;
  readonly lost: number;
}

/** A job, read by its ID. */
export interface NomadJobDetail extends NomadJob {
  readonly datacenters: readonly string[];
  /** In which pool of nodes it runs; null before Nomad 1.6, which has none. */
  readonly nodePool: string | null;
  readonly meta: Readonly<Record<string, string>>;
  readonly taskGroups: readonly TaskGroup[];
  readonly constraints: readonly Constraint[];
}

/** A task group as the job asks for it. */
export interface TaskGroup {
  readonly name: string;
  readonly count: number;
  /** The sum of its tasks. */
  readonly resources: Resources;
  readonly tasks: readonly {
    readonly name: string;
    readonly driver: string;
    readonly env: Readonly<Record<string, string>>;
    readonly meta: Readonly<Record<string, string>>;
  }[];
  readonly constraints: readonly Constraint[];
}

/** A constraint such as `${node.class} = arm`. */
export interface Constraint {
  readonly left: string;
  readonly operand: string;
  readonly right: string;
}

/** Why the scheduler did not place a task group. */
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

/** One decision of the scheduler about a job. */
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

/** The Nomad agent that answered. */
export interface Agent {
  readonly version: string;
  readonly region: string | null;
  readonly datacenter: string | null;
  /** Of the client that the agent is; null where it is none, or does not say. */
  readonly clientId: NodeId | null;
}
