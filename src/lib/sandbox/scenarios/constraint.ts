import type { Scenario } from '../scenario.ts';

/** Builds have a constraint that no client meets. */
export const constraint: Scenario = {
  name: 'constraint',
  summary: 'Builds have a constraint that no client meets',
  nomad: {
    clients: 4,
    builds: 4,
    pending: [{ cause: 'constraint' }, { cause: 'class' }, { cause: 'driver' }],
  },
  kubernetes: {},
  expects: 'CQ0603',
};
