import type { Scenario } from '../scenario.ts';

/** Clients that wait for work, and nothing that runs. */
export const idle: Scenario = {
  name: 'idle',
  summary: 'Clients are ready, and no builds run',
  nomad: { clients: 5, builds: 0, finished: 8 },
  kubernetes: {},
  expects: null,
};
