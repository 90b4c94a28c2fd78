/**
 * The steps of a build before and after Nomad, in order, named after the services of 3.x. In other
 * versions, other services take these steps: see {@link PIPELINES}.
 */
export const STAGES = [
  'legacy-dispatcher',
  'dispatcher',
  'schedulerer',
  'output-processor',
] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/**
 * The pipelines of the server versions: 3.0 and following, later 3.x to 4.2, and 4.3 on. Each is
 * named after its first service, and maps stages to the names of services in the catalogue.
 */
export const PIPELINES = {
  'legacy-dispatcher': {
    'legacy-dispatcher': 'legacy-dispatcher',
    dispatcher: 'dispatcher',
    schedulerer: 'scheduler',
    'output-processor': 'output-processor',
  },
  dispatcher: {
    dispatcher: 'dispatcher',
    schedulerer: 'scheduler',
    'output-processor': 'output-processor',
  },
  distributor: {
    dispatcher: 'distributor',
    schedulerer: 'docker-provisioner',
    'output-processor': 'output',
  },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<Stage, string>>>>>;

/** One of {@link PIPELINES}. */
export type Pipeline = keyof typeof PIPELINES;

/** The names of the pipelines. */
const PIPELINE_NAMES = ['legacy-dispatcher', 'dispatcher', 'distributor'] as const;

/** Returns the stages of a pipeline, in order. */
export function stagesOf(pipeline: Pipeline): readonly Stage[] {
  return STAGES.filter((stage) => stage in PIPELINES[pipeline]);
}

/** Returns the service of a stage in a pipeline; null if the pipeline has no such stage. */
export function serviceOf(pipeline: Pipeline, stage: Stage): string | null {
  const services: Readonly<Partial<Record<Stage, string>>> = PIPELINES[pipeline];
  return services[stage] ?? null;
}

/**
 * Returns the name of a stage for operators and command lines. Up to 4.2 this is the name of the
 * stage, as in the labels and the operations guide; from 4.3 on it is the name of the service.
 */
export function nameOf(pipeline: Pipeline, stage: Stage): string {
  return pipeline === 'distributor' ? (serviceOf(pipeline, stage) ?? stage) : stage;
}

/** The services of each stage in all versions. */
export const STAGE_SERVICES: Readonly<Record<Stage, readonly string[]>> = {
  'legacy-dispatcher': servicesIn('legacy-dispatcher'),
  dispatcher: servicesIn('dispatcher'),
  schedulerer: servicesIn('schedulerer'),
  'output-processor': servicesIn('output-processor'),
};

function servicesIn(stage: Stage): readonly string[] {
  return [...new Set(PIPELINE_NAMES.flatMap((pipeline) => serviceOf(pipeline, stage) ?? []))];
}

/**
 * Returns the stage of a service, by its name in the catalogue; null for other services.
 *
 * @param pipeline the pipeline to search; all by default
 */
export function stageOf(service: string | null, pipeline?: Pipeline): Stage | null {
  if (service === null) return null;
  const isIt = (stage: Stage): boolean =>
    pipeline === undefined
      ? STAGE_SERVICES[stage].includes(service)
      : serviceOf(pipeline, stage) === service;
  return STAGES.find(isIt) ?? null;
}
