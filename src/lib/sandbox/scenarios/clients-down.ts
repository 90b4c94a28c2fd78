import type { Scenario } from '../scenario.ts';

/** Most clients are down, and builds wait for room. */
export const clientsDown: Scenario = {
  name: 'clients-down',
  summary: 'Most clients are down, and builds wait for room',
  nomad: {
    clients: 5,
    nodes: [{}, {}, { status: 'down' }, { status: 'down' }, { status: 'down' }],
    builds: 4,
    pending: [{ cause: 'full', count: 2 }],
  },
  kubernetes: {},
};
