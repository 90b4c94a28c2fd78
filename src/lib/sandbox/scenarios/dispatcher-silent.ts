import type { Scenario } from '../scenario.ts';

/** The dispatcher is ready, but logs nothing and takes no builds. */
export const dispatcherSilent: Scenario = {
  name: 'dispatcher-silent',
  summary: 'The dispatcher is ready, but logs nothing and takes no builds',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['dispatcher-silent'] },
  expects: 'CQ0302',
};
