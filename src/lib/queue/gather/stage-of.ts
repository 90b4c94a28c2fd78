import type { Stage } from '../stages.ts';

/** Services of the catalogue that are a stage: those of 3.x, and those that follow them from 4.3 on. */
const STAGE_OF_SERVICE: Readonly<Record<string, Stage>> = {
  'legacy-dispatcher': 'legacy-dispatcher',
  dispatcher: 'dispatcher',
  distributor: 'dispatcher',
  scheduler: 'schedulerer',
  'docker-provisioner': 'schedulerer',
  'output-processor': 'output-processor',
  output: 'output-processor',
};

/** The stage that a service is, by its name in the catalogue; null for another service. */
export function stageOf(service: string | null): Stage | null {
  return service === null || !Object.hasOwn(STAGE_OF_SERVICE, service)
    ? null
    : (STAGE_OF_SERVICE[service] ?? null);
}
