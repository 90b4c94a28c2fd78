import type { Scenario } from '../scenario.ts';

/** The schedulerer fails at every task, and Nomad gets none. */
export const schedulererError: Scenario = {
  name: 'schedulerer-error',
  summary: 'The schedulerer fails at every task, and Nomad gets none',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['schedulerer-error'] },
  expects: 'CQ0401',
};
