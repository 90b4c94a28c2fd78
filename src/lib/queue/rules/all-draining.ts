import type { Rule } from '../finding.ts';
import { closedFleet, fleetFinding } from './families/closed-fleet.ts';

/** All clients are being drained. */
export const allDraining: Rule = {
  code: 'CQ0503',
  name: 'all clients are draining',
  explains: [],
  judge(facts) {
    const fleet = closedFleet(facts);
    if (fleet?.why !== 'draining') return [];
    const [first] = fleet.clients;
    return [
      fleetFinding(facts, fleet.clients, {
        code: 'CQ0503',
        title: 'all clients are draining: they finish their builds and accept no new ones',
        remedy: {
          text: 'Add clients, or cancel the drain of those that should stay.',
          commands: [
            `circleci-admin nomad drain --disable ${first?.name ?? '--all'}`,
            'circleci-admin nomad node-status',
          ],
        },
      }),
    ];
  },
};
