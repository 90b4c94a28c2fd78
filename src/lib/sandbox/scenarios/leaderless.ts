import type { Scenario } from '../scenario.ts';

/** Nomad's servers have no leader. */
export const leaderless: Scenario = {
  name: 'leaderless',
  summary: "Nomad's servers have no leader",
  nomad: { clients: 3, builds: 3, leader: false },
  kubernetes: {},
};
