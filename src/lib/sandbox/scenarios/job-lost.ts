import type { Scenario } from '../scenario.ts';

/** Builds get lost between legacy-dispatcher and dispatcher. */
export const jobLost: Scenario = {
  name: 'job-lost',
  summary: 'Builds get lost between legacy-dispatcher and dispatcher',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['job-lost'] },
  expects: 'CQ0202',
};
