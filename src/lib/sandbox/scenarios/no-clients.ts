import type { Scenario } from '../scenario.ts';

/** Nomad has no clients at all, and builds wait. */
export const noClients: Scenario = {
  name: 'no-clients',
  summary: 'Nomad has no clients at all, and builds wait',
  nomad: { clients: 0, builds: 0 },
  kubernetes: {},
  pipeline: { recent: 3 },
  expects: 'CQ0502',
};
