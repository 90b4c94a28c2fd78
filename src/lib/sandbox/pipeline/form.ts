import {
  DISPATCHING,
  type Dispatching,
  PIPELINE_SERVICES,
  type PipelineForm,
  type PipelineService,
} from './scenario.ts';

/** Returns the stages of a version before Nomad, in order. */
export function dispatchingOf({ stages }: PipelineForm): readonly Dispatching[] {
  return DISPATCHING.filter((service) => stages[service] !== undefined);
}

/** Returns the workload of a stage; the stage's name if the version does not have the stage. */
export function workloadOf({ stages }: PipelineForm, service: PipelineService): string {
  return stages[service]?.workload ?? service;
}

/** Returns the stage of a workload; null for a workload outside the pipeline. */
export function partOf({ stages }: PipelineForm, workload: string): PipelineService | null {
  return PIPELINE_SERVICES.find((service) => stages[service]?.workload === workload) ?? null;
}

/** The base domain of the installation's internal host names. */
const BASE_DOMAIN = 'sandbox.circleci.internal';
const OUTPUT_3_0 = `output.${BASE_DOMAIN}:8585`;

/** Server 3.0, as described in the operations guide. */
export const FORM_3_0: PipelineForm = {
  stages: {
    'legacy-dispatcher': { workload: 'legacy-dispatcher', queue: 'usage-queue' },
    dispatcher: { workload: 'dispatcher', queue: 'run-queue' },
    schedulerer: { workload: 'schedulerer', queue: 'nomad-tasks' },
    'output-processor': { workload: 'output-processor', queue: null },
  },
  rabbitmq: 'circleci-rabbitmq',
  output: { address: OUTPUT_3_0, port: OUTPUT_3_0, proxied: false },
  entries: 'clojure',
  beats: true,
  namesBuilds: true,
};

const { 'legacy-dispatcher': _, ...LATER_STAGES } = FORM_3_0.stages;

/** The host of the simulated server, as in a profile. */
const SERVER_HOST = '127.0.0.1';

/**
 * Server 4.2: without legacy-dispatcher, which was removed within 3.x, and with the
 * output-processor at the address of the server, as in 4.0 to 4.2.
 */
export const FORM_4_2: PipelineForm = {
  ...FORM_3_0,
  stages: LATER_STAGES,
  rabbitmq: 'rabbitmq',
  output: { address: `${SERVER_HOST}:8585`, port: `${SERVER_HOST}:8585`, proxied: false },
};

/**
 * Server 4.3 and later. CircleCI has not published the names of the queues, the log format of these
 * services, or whether they log heartbeats and the names of builds. The sandbox makes up the queue
 * names, and logs the messages of the earlier services as JSON. Clients send output to the server's
 * address.
 */
export const FORM_4_3: PipelineForm = {
  stages: {
    dispatcher: { workload: 'distributor-dispatcher', queue: 'distributor' },
    schedulerer: { workload: 'docker-provisioner', queue: 'docker-provisioner' },
    'output-processor': { workload: 'output', queue: null },
  },
  rabbitmq: 'rabbitmq',
  output: { address: SERVER_HOST, port: 'server', proxied: true },
  entries: 'json',
  beats: false,
  namesBuilds: true,
};
