/** The parts of a build's way before Nomad, in order, called as the services of 3.0 that play them. */
export const DISPATCHING = ['legacy-dispatcher', 'dispatcher', 'schedulerer'] as const;

/** One of {@link DISPATCHING}. */
export type Dispatching = (typeof DISPATCHING)[number];

/** The same with the part that hears of builds while Nomad runs them. */
export const PIPELINE_SERVICES = [...DISPATCHING, 'output-processor'] as const;

/** One of {@link PIPELINE_SERVICES}. */
export type PipelineService = (typeof PIPELINE_SERVICES)[number];

/** How the services of a version are called, and what of them is seen, in one part of the way. */
export interface StageForm {
  /** Its workload, the pods of which do the work. */
  readonly workload: string;
  /** The queue of RabbitMQ that it takes builds from; null for the last, which takes from agents. */
  readonly queue: string | null;
}

/**
 * The way of builds through the services of a version, as data. Each part is called as the service of
 * 3.0 that plays it, whatever plays it in this version; one that the version does not have is left out.
 */
export interface PipelineForm {
  readonly stages: Readonly<Partial<Record<PipelineService, StageForm>>>;
  readonly rabbitmq: string;
  readonly output: {
    /** Where build agents send their output, as tasks are told. */
    readonly address: string;
    /** What a client asks for to see whether it gets there: `host:port`, or `server`. */
    readonly port: string;
    /** Something stands before it that answers though it is gone. */
    readonly proxied: boolean;
  };
  /** How entries of its logs are written. */
  readonly entries: 'clojure' | 'json';
  /** Whether its services say every minute that they run. */
  readonly beats: boolean;
  /** Whether their entries name the builds that they are about. */
  readonly namesBuilds: boolean;
}

/** Something that breaks the way of builds, in whichever version: services are named by their part. */
export type PipelineFault =
  /** The dispatcher's Deployment is scaled to nothing. */
  | 'dispatcher-stopped'
  /** The dispatcher's pod is ready, writes nothing and takes nothing; another pod does. */
  | 'dispatcher-silent'
  /** What the first part hands on never arrives at the second, until both have new pods. */
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
  /** How it is in the server's version; as in 3.0 where it is left out. */
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
