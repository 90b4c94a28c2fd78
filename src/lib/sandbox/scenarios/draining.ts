import type { Scenario } from '../scenario.ts';

/** Every client is draining, one with a deadline of 30m, and builds wait. */
export const draining: Scenario = {
  name: 'draining',
  summary: 'Every client is draining, one with a deadline of 30m, and builds wait',
  nomad: {
    clients: 4,
    nodes: [{ draining: true }, { draining: 1_800_000 }, { draining: true }, { draining: true }],
    builds: 8,
    finished: 8,
    buildDurationMs: [300_000, 7_200_000],
  },
  kubernetes: {},
  pipeline: { recent: 3 },
  expects: 'CQ0503',
};
