/**
 * The steps that a build takes before Nomad and after it, in order. In 3.x they are the services of
 * the same names; `distributor`, `docker-provisioner` and `output` take their place from 4.3 on.
 */
export const STAGES = [
  'legacy-dispatcher',
  'dispatcher',
  'schedulerer',
  'output-processor',
] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** The services that each stage is, in 3.x and from 4.3 on, by their names in the catalogue. */
export const STAGE_SERVICES: Readonly<Record<Stage, readonly string[]>> = {
  'legacy-dispatcher': ['legacy-dispatcher'],
  dispatcher: ['dispatcher', 'distributor'],
  schedulerer: ['scheduler', 'docker-provisioner'],
  'output-processor': ['output-processor', 'output'],
};

/** The stage that a service is, by its name in the catalogue; null for another service. */
export function stageOf(service: string | null): Stage | null {
  if (service === null) return null;
  return STAGES.find((stage) => STAGE_SERVICES[stage].includes(service)) ?? null;
}
