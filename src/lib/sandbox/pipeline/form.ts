import {
  DISPATCHING,
  type Dispatching,
  PIPELINE_SERVICES,
  type PipelineForm,
  type PipelineService,
} from './scenario.ts';

/** The parts that builds come through before Nomad in a version, in order. */
export function dispatchingOf({ stages }: PipelineForm): readonly Dispatching[] {
  return DISPATCHING.filter((service) => stages[service] !== undefined);
}

/** The workload that plays a part; the part's own name where the version does not have it. */
export function workloadOf({ stages }: PipelineForm, service: PipelineService): string {
  return stages[service]?.workload ?? service;
}

/** The part that a workload plays; null for one that builds do not come through. */
export function partOf({ stages }: PipelineForm, workload: string): PipelineService | null {
  return PIPELINE_SERVICES.find((service) => stages[service]?.workload === workload) ?? null;
}

/** Base domain of the installation's internal names. */
const BASE_DOMAIN = 'sandbox.circleci.internal';
const OUTPUT_3_0 = `output.${BASE_DOMAIN}:8585`;

/** As the operations guide has it: names, queues and entries of 3.0. */
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

/** The host that the simulated server is reached by, as a profile has it. */
const SERVER_HOST = '127.0.0.1';

/**
 * Without legacy-dispatcher, which left within 3.x; from 4.0 to 4.2 with the output-processor behind
 * the server's own domain.
 */
export const FORM_4_2: PipelineForm = {
  ...FORM_3_0,
  stages: LATER_STAGES,
  rabbitmq: 'rabbitmq',
  output: { address: `${SERVER_HOST}:8585`, port: `${SERVER_HOST}:8585`, proxied: false },
};

/**
 * Distributor, provisioner and output, from 4.3 on. No public page tells the names of their queues, what
 * they write, whether they beat or name builds: the queues' names are the sandbox's own, and entries are
 * JSON objects with the words of the services before them. Clients reach output by the server's address.
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
