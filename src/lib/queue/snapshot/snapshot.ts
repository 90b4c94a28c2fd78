import type { Milliseconds } from '../../clock.ts';
import type { ProbeResult } from '../../connectivity/examine.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { ClientRow } from '../../nomad/nodes/node-status.ts';
import type { PodJudgement } from '../../pods/judge.ts';
import type { BuildSystemSummary, RecentBuild } from '../../server/admin-api.ts';
import type { Stage } from '../stages.ts';
import type { Evidence } from './evidence.ts';

/** The details of a pod that the diagnosis needs. */
export interface PodFact {
  readonly name: string;
  readonly workload: string;
  /** The service's name in the catalogue; null if unknown. */
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
  /** Desired number of pods. */
  readonly replicas: number;
  readonly ready: number;
}

/** A line of a container's log. */
export interface LogLine {
  /**
   * RFC 3339 time at which the kubelet received it, by the clock of the pod's node; empty if
   * unknown.
   */
  readonly time: string;
  readonly text: string;
}

/** The log of one container, as read. */
export interface ReadLog {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** Whether older lines were cut off by the line limit. */
  readonly cut: boolean;
  /**
   * How many of the last lines are younger than {@link QueueSnapshot.freshMs} by the node's own
   * clock, so that nothing depends on this machine's clock.
   */
  readonly fresh: number;
  /** Start of the container by the clock of its node; null if unknown. */
  readonly startedAt: Date | null;
}

/** The log of one container of a stage. */
export interface StageLog {
  readonly stage: Stage;
  readonly pod: string;
  readonly container: string;
  /** Whether it is the log of the run before the last restart. */
  readonly previous: boolean;
  readonly log: Evidence<ReadLog>;
}

/** The log of a build agent on a client, for a job that may be stuck. */
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
  /** Null if unknown. */
  readonly unacknowledged: number | null;
  readonly consumers: number | null;
}

/** The clock offsets of the services, measured with their responses; null if unknown. */
export interface Clocks {
  /** How far the clock is ahead of this machine's; negative if it is behind. */
  readonly kubernetesAheadMs: Milliseconds | null;
  readonly nomadAheadMs: Milliseconds | null;
  readonly serverAheadMs: Milliseconds | null;
}

/** A build that was started for the diagnosis. */
export interface TriggeredBuild {
  /** `org/repo`. */
  readonly project: string;
  /** Null until the server has assigned one. */
  readonly number: number | null;
  readonly pipelineId: string | null;
  /** Time since its start by this machine's clock, when the snapshot was taken. */
  readonly ageMs: Milliseconds;
}

/**
 * All the input of the rules. It is plain data, so that it can be saved and diagnosed elsewhere.
 * Keys of dates end with `At` or `Until`.
 */
export interface QueueSnapshot {
  readonly format: 1;
  readonly installation: string;
  /** By this machine's clock. */
  readonly takenAt: Date;
  /** How far back logs were requested. */
  readonly windowMs: Milliseconds;
  /** See {@link ReadLog.fresh}. */
  readonly freshMs: Milliseconds;
  /** The server's version as major.minor; null if the profile has none. */
  readonly serverVersion: string | null;
  readonly clocks: Clocks;
  readonly pods: Evidence<readonly PodFact[]>;
  readonly workloads: Evidence<readonly WorkloadFact[]>;
  /** One log per container of the pipeline's pods, and another one for a previous run. */
  readonly logs: readonly StageLog[];
  readonly nomad: {
    /** `host:port`; null if there is no leader. */
    readonly leader: Evidence<string | null>;
    readonly clients: Evidence<readonly ClientRow[]>;
    /** Pending and running jobs, and those that ended within the window. */
    readonly jobs: Evidence<readonly JobRow[]>;
    readonly agentLogs: readonly AgentLog[];
  };
  readonly server: {
    readonly summary: Evidence<BuildSystemSummary>;
    /** Queued, running and the newest ended builds according to the UI. */
    readonly builds: Evidence<readonly RecentBuild[]>;
  };
  readonly rabbitmq: Evidence<readonly RabbitQueue[]>;
  /** Checks of port 8585 of the output-processor from a few clients. */
  readonly outputPort: Evidence<readonly ProbeResult[]>;
  readonly trigger: TriggeredBuild | null;
}
