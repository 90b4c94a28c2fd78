import type { Milliseconds } from '../../clock.ts';
import type { ProbeResult } from '../../connectivity/examine.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { ClientRow } from '../../nomad/nodes/node-status.ts';
import type { PodJudgement } from '../../pods/judge.ts';
import type { BuildSystemSummary, RecentBuild } from '../../server/admin-api.ts';
import type { Stage } from '../stages.ts';
import type { Evidence } from './evidence.ts';

/** A pod, as far as the diagnosis needs it. */
export interface PodFact {
  readonly name: string;
  readonly workload: string;
  /** Of the catalogue; null where it is of no known service. */
  readonly service: string | null;
  readonly stage: Stage | null;
  readonly createdAt: Date | null;
  readonly judgement: PodJudgement;
}

/** A Deployment or StatefulSet. */
export interface WorkloadFact {
  readonly kind: string;
  readonly name: string;
  readonly service: string | null;
  readonly stage: Stage | null;
  /** Pods that are wanted. */
  readonly replicas: number;
  readonly ready: number;
}

/** A line of a container's log. */
export interface LogLine {
  /** RFC 3339, from the clock of the pod's node, as the kubelet stamped it; empty where unknown. */
  readonly time: string;
  readonly text: string;
}

/** What was read of one container's log. */
export interface ReadLog {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** The line limit cut off what is older. */
  readonly cut: boolean;
  /**
   * How many of the last lines the node, by its own clock, counts among the newest
   * {@link QueueSnapshot.freshMs}. So nothing depends on this machine's clock.
   */
  readonly fresh: number;
  /** When the container was started, by the clock of its node; null where it is not known. */
  readonly startedAt: Date | null;
}

/** The log of one container of a stage. */
export interface StageLog {
  readonly stage: Stage;
  readonly pod: string;
  readonly container: string;
  /** The run before the last restart. */
  readonly previous: boolean;
  readonly log: Evidence<ReadLog>;
}

/** What a build agent on a client wrote, of a job that may be stuck. */
export interface AgentLog {
  readonly jobId: string;
  readonly allocationId: string;
  readonly nodeName: string | null;
  /** The last lines of standard error. */
  readonly log: Evidence<readonly string[]>;
}

/** A queue of RabbitMQ. */
export interface RabbitQueue {
  readonly vhost: string;
  readonly name: string;
  readonly messages: number;
  /** Null where it is not told. */
  readonly unacknowledged: number | null;
  readonly consumers: number | null;
}

/** What time it is for whom, when they answered; null where they do not say. */
export interface Clocks {
  /** How far each is ahead of this machine, negative where it is behind. */
  readonly kubernetesAheadMs: Milliseconds | null;
  readonly nomadAheadMs: Milliseconds | null;
  readonly serverAheadMs: Milliseconds | null;
}

/** A build that was started to see where it gets. */
export interface TriggeredBuild {
  /** `org/repo`. */
  readonly project: string;
  /** Null until the server gave it one. */
  readonly number: number | null;
  readonly pipelineId: string | null;
  /** How long ago, by this machine's clock, when the snapshot was taken. */
  readonly ageMs: Milliseconds;
}

/**
 * Everything that the rules look at: plain data, so that it can be saved and judged elsewhere. Times
 * are in keys that end with `At` or `Until`.
 */
export interface QueueSnapshot {
  readonly format: 1;
  readonly installation: string;
  /** By this machine's clock. */
  readonly takenAt: Date;
  /** How far back logs were asked for. */
  readonly windowMs: Milliseconds;
  /** See {@link ReadLog.fresh}. */
  readonly freshMs: Milliseconds;
  /** As major.minor; null where the profile does not say. */
  readonly serverVersion: string | null;
  readonly clocks: Clocks;
  readonly pods: Evidence<readonly PodFact[]>;
  readonly workloads: Evidence<readonly WorkloadFact[]>;
  /** One for each container of the pods of the pipeline. */
  readonly logs: readonly StageLog[];
  readonly nomad: {
    /** `host:port`; null for no leader. */
    readonly leader: Evidence<string | null>;
    readonly clients: Evidence<readonly ClientRow[]>;
    /** Pending and running ones, and those that ended within the window. */
    readonly jobs: Evidence<readonly JobRow[]>;
    readonly agentLogs: readonly AgentLog[];
  };
  readonly server: {
    readonly summary: Evidence<BuildSystemSummary>;
    /** Queued, running and the newest ended builds, as the UI believes. */
    readonly builds: Evidence<readonly RecentBuild[]>;
  };
  readonly rabbitmq: Evidence<readonly RabbitQueue[]>;
  /** Port 8585 of the output-processor, from a few clients. */
  readonly outputPort: Evidence<readonly ProbeResult[]>;
  readonly trigger: TriggeredBuild | null;
}
