import type { Scenario } from '../scenario.ts';

/** 5,000 clients and 50,000 builds. */
export const large: Scenario = {
  name: 'large',
  summary: '5,000 clients and 50,000 builds',
  // Builds do not end, so that benchmarks measure a constant state.
  nomad: { clients: 5_000, builds: 50_000, buildDurationMs: null },
  kubernetes: {},
};
