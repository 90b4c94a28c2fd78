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
  /**
   * The RabbitMQ queue that it consumes; null for the last stage, which build agents connect to.
   */
  readonly queue: string | null;
}

/**
 * The pipeline in a server version. Each stage is named after its service in 3.0, whatever service
 * the version has in its place. Stages that the version does not have are undefined.
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
  /** The dispatcher's Deployment is scaled to zero. */
  | 'dispatcher-stopped'
  /** The dispatcher's pod is ready, but logs nothing and consumes nothing; a new pod works. */
  | 'dispatcher-silent'
  /** Builds never get from the first stage to the second, until the pods of both are replaced. */
  | 'job-lost'
  /**
   * The last of a build's parallel tasks never reaches the schedulerer, until the pods of both it
   * and the dispatcher are replaced; what was lost stays lost.
   */
  | 'task-lost'
  /** The schedulerer fails with an error for every task, and posts none. */
  | 'schedulerer-error'
  /** The output-processor fails for everything that build agents send. */
  | 'output-broken'
  /** Build agents cannot reach the output-processor, which receives nothing from them. */
  | 'port-8585-blocked'
  /** The dispatcher has lost its consumer, and run-queue grows; a new pod has one. */
  | 'rabbitmq-backlog'
  | PodTrouble;

/** A problem that keeps the pods of a service from being ready. */
export interface PodTrouble {
  readonly trouble: 'crash-loop' | 'out-of-memory' | 'image-missing';
  readonly service: PipelineService;
}

/** How long before the start of the sandbox the faults of a scenario began, in milliseconds. */
export const BROKEN_FOR_MS = 600_000;

/** The initial state of the pipeline from the server to Nomad and back. */
export interface PipelineScenario {
  /** The pipeline of the server's version; by default that of 3.0. */
  readonly form?: PipelineForm;
  readonly faults?: readonly PipelineFault[];
  /**
   * The number of builds started in the last ten minutes and affected by the faults: by default 3
   * if there are faults, else none.
   */
  readonly recent?: number;
  /**
   * How far the clock of a stage's node is ahead, in milliseconds; its log lines and the kubelet's
   * timestamps follow it. `nomad` is the clock of Nomad's servers and clients.
   */
  readonly clockSkewMs?: Readonly<Record<string, number>>;
  /** Parallel tasks of each build that is started: 1. */
  readonly parallel?: number;
  /** Harmless log lines of libraries between the services' own lines. */
  readonly noise?: { readonly perMinute: number; readonly seed: number };
  /** A seed for alternative wordings of the services' log lines. */
  readonly reworded?: number;
}
