import type { Scenario } from '../scenario.ts';

/** Nomad's servers have no leader, and schedule no builds. */
export const leaderless: Scenario = {
  name: 'leaderless',
  summary: "Nomad's servers have no leader, and schedule no builds",
  nomad: { clients: 3, builds: 3, finished: 6, leader: false },
  kubernetes: {},
  pipeline: { recent: 2 },
  expects: 'CQ0501',
};
