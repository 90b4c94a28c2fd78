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
