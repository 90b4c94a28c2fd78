import type { Scenario } from '../scenario.ts';

/** A build requests more than any client has. */
export const tooLarge: Scenario = {
  name: 'too-large',
  summary: 'A build requires more than any client has',
  nomad: { clients: 4, builds: 4, finished: 4, pending: [{ cause: 'too-large' }] },
  kubernetes: {},
  expects: 'CQ0602',
};
