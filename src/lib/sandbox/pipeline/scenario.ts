/** The services that a build passes in 3.x, in order; Nomad runs it before the last. */
export const PIPELINE_SERVICES = [
  'legacy-dispatcher',
  'dispatcher',
  'schedulerer',
  'output-processor',
] as const;

/** One of {@link PIPELINE_SERVICES}. */
export type PipelineService = (typeof PIPELINE_SERVICES)[number];

/** Whether a workload is one of {@link PIPELINE_SERVICES}. */
export function isPipelineService(workload: string): workload is PipelineService {
  return PIPELINE_SERVICES.some((service) => service === workload);
}

/** Something that breaks the way of builds. */
export type PipelineFault =
  /** The dispatcher's Deployment is scaled to nothing. */
  | 'dispatcher-stopped'
  /** The dispatcher's pod is ready, writes nothing and takes nothing; another pod does. */
  | 'dispatcher-silent'
  /** What legacy-dispatcher forwards never arrives, until both dispatchers have new pods. */
  | 'job-lost'
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

/** Base domain of the installation's internal names. */
const BASE_DOMAIN = 'sandbox.circleci.internal';

/** Where build agents reach the output-processor. */
export const OUTPUT_ADDRESS = `output.${BASE_DOMAIN}:8585`;

/** The way of builds from the server to Nomad and back, as data. */
export interface PipelineScenario {
  readonly faults?: readonly PipelineFault[];
  /**
   * Builds that were started in the last ten minutes and met what is broken: 3 where there are
   * faults, else none.
   */
  readonly recent?: number;
  /**
   * By how many milliseconds the clock of a workload's node is ahead: its log lines and the
   * kubelet's timestamps follow it. `nomad` is the clock of Nomad's servers and clients.
   */
  readonly clockSkewMs?: Readonly<Record<string, number>>;
  /** Harmless lines of libraries between the services' own. */
  readonly noise?: { readonly perMinute: number; readonly seed: number };
  /** A seed: the services say the same in other words. */
  readonly reworded?: number;
}
