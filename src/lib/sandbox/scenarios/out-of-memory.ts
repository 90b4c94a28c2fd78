import type { Scenario } from '../scenario.ts';

/** The output-processor is OOM-killed. */
export const outOfMemory: Scenario = {
  name: 'out-of-memory',
  summary: 'The output-processor is OOM-killed',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: [{ trouble: 'out-of-memory', service: 'output-processor' }] },
  expects: 'CQ0102',
};
