import type { Scenario } from '../scenario.ts';

/** Clients drain: one without a deadline, one with half an hour. */
export const draining: Scenario = {
  name: 'draining',
  summary: 'Clients drain: one without a deadline, one with half an hour',
  nomad: {
    clients: 6,
    nodes: [{ draining: true }, { draining: 1_800_000 }, { eligible: false }],
    builds: 12,
    buildDurationMs: [300_000, 7_200_000],
  },
  kubernetes: {},
};
