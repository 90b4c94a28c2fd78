import type { NodeSpec } from '../nomad/nomad-sandbox.ts';
import type { Scenario } from '../scenario.ts';

/** A client with room for two or three builds. */
const SMALL: NodeSpec = { cpuMhz: 5_000, memoryMb: 15_800 };

/** Every client is full, and builds wait for capacity. */
export const noCapacity: Scenario = {
  name: 'no-capacity',
  summary: 'Every client is full, and builds wait for capacity',
  nomad: {
    nodes: [SMALL, SMALL, SMALL],
    clients: 3,
    builds: 9,
    finished: 6,
    buildDurationMs: [600_000, 3_600_000],
    pending: [{ cause: 'full', count: 3 }],
  },
  kubernetes: {},
  expects: 'CQ0601',
};
