import type { Scenario } from '../scenario.ts';

/** Short builds, and one that fits on no client, for a first look. */
export const demo: Scenario = {
  name: 'demo',
  summary: 'Short builds, and one that is too large for any client, for a first look',
  nomad: {
    clients: 4,
    builds: 6,
    finished: 4,
    arrivalPerMinute: 4,
    buildDurationMs: [8_000, 25_000],
    pending: [{ cause: 'too-large' }],
  },
  kubernetes: {},
  expects: 'CQ0602',
};
