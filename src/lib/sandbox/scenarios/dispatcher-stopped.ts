import type { Scenario } from '../scenario.ts';

/** The dispatcher has no pod, and builds wait for it. */
export const dispatcherStopped: Scenario = {
  name: 'dispatcher-stopped',
  summary: 'The dispatcher has no pod, and builds wait for it',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['dispatcher-stopped'] },
  expects: 'CQ0106',
};
