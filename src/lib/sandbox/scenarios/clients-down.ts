import type { NodeSpec } from '../nomad/nomad-sandbox.ts';
import type { Scenario } from '../scenario.ts';

const DOWN: NodeSpec = { status: 'down' };

/** Every client is down, and builds wait. */
export const clientsDown: Scenario = {
  name: 'clients-down',
  summary: 'Every client is down, and builds wait',
  nomad: { clients: 4, nodes: [DOWN, DOWN, DOWN, DOWN], builds: 0, finished: 8 },
  kubernetes: {},
  pipeline: { recent: 3 },
  expects: 'CQ0504',
};
