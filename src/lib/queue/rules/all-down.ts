import type { Rule } from '../finding.ts';
import { closedFleet, fleetFinding } from './families/closed-fleet.ts';

/** All clients are down. */
export const allDown: Rule = {
  code: 'CQ0504',
  name: 'all clients are down',
  explains: [],
  judge(facts) {
    const fleet = closedFleet(facts);
    if (fleet?.why !== 'down') return [];
    const [first] = fleet.clients;
    return [
      fleetFinding(facts, fleet.clients, {
        code: 'CQ0504',
        title: 'all clients are down: Nomad has lost contact with every client',
        remedy: {
          text: 'Check that the machines run and can reach Nomad on port 4647. If all went down together, suspect the network or certificates.',
          commands: [
            'circleci-admin nomad node-status',
            `circleci-admin nomad ssh ${first?.name ?? ''} -- sudo journalctl -u nomad -n 50`,
          ],
        },
      }),
    ];
  },
};
