import type { Scenario } from '../scenario.ts';

/** The schedulerer crashes whenever it starts. */
export const crashLoop: Scenario = {
  name: 'crash-loop',
  summary: 'The schedulerer crashes whenever it starts',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: [{ trouble: 'crash-loop', service: 'schedulerer' }] },
  expects: 'CQ0101',
};
