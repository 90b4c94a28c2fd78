import type { Scenario } from '../scenario.ts';

/** Clients are ready, and no builds run. */
export const idle: Scenario = {
  name: 'idle',
  summary: 'Clients are ready, and no builds run',
  nomad: { clients: 5, builds: 0, finished: 8 },
  kubernetes: {},
  expects: null,
};
