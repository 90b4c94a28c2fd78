import type { Scenario } from '../scenario.ts';

/** Nomad 0.11.8, as in server 3.0 and 3.1. */
export const oldNomad: Scenario = {
  name: 'old-nomad',
  summary: 'Nomad 0.11.8, as in server 3.0 and 3.1',
  nomad: { version: '0.11.8', clients: 5, builds: 6, finished: 6 },
  kubernetes: {},
};
