import type { Scenario } from '../scenario.ts';

/** Builds have two parallel tasks, of which only the first reaches Nomad. */
export const taskLost: Scenario = {
  name: 'task-lost',
  summary: 'Of two parallel tasks, one gets lost between dispatcher and schedulerer',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['task-lost'], parallel: 2 },
  expects: 'CQ0404',
};
