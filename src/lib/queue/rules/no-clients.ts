import type { Rule } from '../finding.ts';
import { closedFleet, fleetFinding } from './families/closed-fleet.ts';

/** Nomad knows of no client at all. */
export const noClients: Rule = {
  code: 'CQ0502',
  name: 'Nomad has no clients',
  explains: [],
  judge(facts) {
    const fleet = closedFleet(facts);
    if (fleet?.why !== 'none') return [];
    return [
      fleetFinding(facts, fleet.clients, {
        code: 'CQ0502',
        title: 'Nomad has no clients: no build can run',
        remedy: {
          text: 'See whether the node group runs any machines, and whether they reach Nomad at port 4647 (terraform sets both up).',
          commands: [
            'circleci-admin nomad node-status',
            'circleci-admin nomad cli -- server members',
          ],
        },
      }),
    ];
  },
};
