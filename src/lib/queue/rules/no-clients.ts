import type { Rule } from '../finding.ts';
import { closedFleet, fleetFinding } from './families/closed-fleet.ts';

/** Nomad has no clients. */
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
          text: 'Check that the node group has running machines, and that they can reach Nomad on port 4647 (both are set up by terraform). The log of the Nomad server shows clients that it rejects.',
          commands: [
            'circleci-admin pods logs circleci-nomad --tail 100',
            'circleci-admin nomad node-status',
          ],
        },
      }),
    ];
  },
};
