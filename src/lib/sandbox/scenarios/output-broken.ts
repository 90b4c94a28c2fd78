import type { Scenario } from '../scenario.ts';

/** The output-processor fails: builds run, and the web page shows them queued. */
export const outputBroken: Scenario = {
  name: 'output-broken',
  summary: 'The output-processor fails: builds run, and the web page shows them queued',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['output-broken'] },
  expects: 'CQ0702',
};
