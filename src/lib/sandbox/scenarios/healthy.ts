import type { Scenario } from '../scenario.ts';

/** Every service runs, builds run, and there is free capacity. */
export const healthy: Scenario = {
  name: 'healthy',
  summary: 'Every service runs, builds run, and there is free capacity',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  expects: null,
};
