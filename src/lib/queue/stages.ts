/**
 * The steps that a build takes before Nomad and after it, in order, called as the services of 3.x that
 * they are there. In other versions other services take their place: see {@link PIPELINES}.
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
 * The ways of builds that there are, each named after the service that builds come to first: of 3.0 and
 * what follows, of the later 3.x to 4.2, and from 4.3 on. Services by their names in the catalogue.
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

/** Their names. */
export const PIPELINE_NAMES = ['legacy-dispatcher', 'dispatcher', 'distributor'] as const;

/** The stages of a pipeline, in order. */
export function stagesOf(pipeline: Pipeline): readonly Stage[] {
  return STAGES.filter((stage) => stage in PIPELINES[pipeline]);
}

/** The service that a stage is in a pipeline; null where the pipeline does not have it. */
export function serviceOf(pipeline: Pipeline, stage: Stage): string | null {
  const services: Readonly<Partial<Record<Stage, string>>> = PIPELINES[pipeline];
  return services[stage] ?? null;
}

/**
 * What operators call a stage, and commands take for it: up to 4.2 its own name, as the labels and the
 * operations guide have it, from 4.3 on that of the service.
 */
export function nameOf(pipeline: Pipeline, stage: Stage): string {
  return pipeline === 'distributor' ? (serviceOf(pipeline, stage) ?? stage) : stage;
}

/** The services that each stage is in any version. */
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
 * The stage that a service is, by its name in the catalogue; null for another service.
 *
 * @param pipeline in which; where it is left out, in any
 */
export function stageOf(service: string | null, pipeline?: Pipeline): Stage | null {
  if (service === null) return null;
  const isIt = (stage: Stage): boolean =>
    pipeline === undefined
      ? STAGE_SERVICES[stage].includes(service)
      : serviceOf(pipeline, stage) === service;
  return STAGES.find(isIt) ?? null;
}
