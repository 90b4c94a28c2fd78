import type { Scenario } from '../scenario.ts';

/** Build agents cannot reach the output-processor on port 8585. */
export const port8585Blocked: Scenario = {
  name: 'port-8585-blocked',
  summary: 'Build agents cannot reach the output-processor on port 8585',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['port-8585-blocked'] },
  expects: 'CQ0703',
};
