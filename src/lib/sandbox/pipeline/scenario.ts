/** The stages of a build before Nomad, in order, named after the services of 3.0. */
export const DISPATCHING = ['legacy-dispatcher', 'dispatcher', 'schedulerer'] as const;

/** One of {@link DISPATCHING}. */
export type Dispatching = (typeof DISPATCHING)[number];

/** All stages: those before Nomad, and the one that receives the output of builds. */
export const PIPELINE_SERVICES = [...DISPATCHING, 'output-processor'] as const;

/** One of {@link PIPELINE_SERVICES}. */
export type PipelineService = (typeof PIPELINE_SERVICES)[number];

/** The service of a stage in a version. */
export interface StageForm {
  /** The workload whose pods do the work. */
  readonly workload: string;
  /** The RabbitMQ queue that it consumes; null for the last stage, which build agents connect to. */
  readonly queue: string | null;
}

/**
 * The pipeline of a server version, as data. Stages are named after the services of 3.0 in all
 * versions; a stage that the version does not have is left out.
 */
export interface PipelineForm {
  readonly stages: Readonly<Partial<Record<PipelineService, StageForm>>>;
  readonly rabbitmq: string;
  readonly output: {
    /** The address in the tasks, to which build agents send their output. */
    readonly address: string;
    /** The address that clients must be able to reach: `host:port`, or `server`. */
    readonly port: string;
    /** Whether a proxy in front of it accepts connections while it is down. */
    readonly proxied: boolean;
  };
  /** The format of its log records. */
  readonly entries: 'clojure' | 'json';
  /** Whether its services log a heartbeat each minute. */
  readonly beats: boolean;
  /** Whether log records contain the names of builds. */
  readonly namesBuilds: boolean;
}

/** A fault of the pipeline, in any version. Services are named by their stage. */
export type PipelineFault =
  /** The dispatcher's Deployment is scaled to nothing. */
  | 'dispatcher-stopped'
  /** The dispatcher's pod is ready, writes nothing and takes nothing; another pod does. */
  | 'dispatcher-silent'
  /** Builds never get from the first stage to the second, until the pods of both are replaced. */
  | 'job-lost'
  /** The last of a build's parallel tasks never reaches the schedulerer. */
  | 'task-lost'
  /** Every task ends in an error of the schedulerer, and none is posted. */
  | 'schedulerer-error'
  /** The output-processor fails at whatever build agents send. */
  | 'output-broken'
  /** Build agents do not reach the output-processor, which sees nothing of them. */
  | 'port-8585-blocked'
  /** The dispatcher has lost its consumer, and run-queue grows; another pod has one. */
  | 'rabbitmq-backlog'
  | PodTrouble;

/** What keeps the pods of a service from being ready. */
export interface PodTrouble {
  readonly trouble: 'crash-loop' | 'out-of-memory' | 'image-missing';
  readonly service: PipelineService;
}

/** How long the faults of a scenario have been there when the sandbox opens, in milliseconds. */
export const BROKEN_FOR_MS = 600_000;

/** The way of builds from the server to Nomad and back, as data. */
export interface PipelineScenario {
  /** The pipeline of the server's version; by default that of 3.0. */
  readonly form?: PipelineForm;
  readonly faults?: readonly PipelineFault[];
  /**
   * Builds that were started in the last ten minutes and met what is broken: 3 where there are
   * faults, else none.
   */
  readonly recent?: number;
  /**
   * By how many milliseconds the clock of a part's node is ahead: its log lines and the kubelet's
   * timestamps follow it. `nomad` is the clock of Nomad's servers and clients.
   */
  readonly clockSkewMs?: Readonly<Record<string, number>>;
  /** Parallel tasks of each build that is started: 1. */
  readonly parallel?: number;
  /** Harmless lines of libraries between the services' own. */
  readonly noise?: { readonly perMinute: number; readonly seed: number };
  /** A seed: the services say the same in other words. */
  readonly reworded?: number;
}
