import type { Scenario } from '../scenario.ts';

/** New builds start all the time, and old ones end. */
export const busy: Scenario = {
  name: 'busy',
  summary: 'New builds start all the time, and old ones end',
  nomad: {
    clients: 6,
    builds: 12,
    finished: 20,
    arrivalPerMinute: 6,
    buildDurationMs: [30_000, 300_000],
  },
  kubernetes: {},
  expects: null,
};
