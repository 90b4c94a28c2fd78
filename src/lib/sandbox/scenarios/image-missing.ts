import type { Scenario } from '../scenario.ts';

/** The image of the dispatcher cannot be pulled. */
export const imageMissing: Scenario = {
  name: 'image-missing',
  summary: 'The image of the dispatcher cannot be pulled',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: [{ trouble: 'image-missing', service: 'dispatcher' }] },
  expects: 'CQ0103',
};
