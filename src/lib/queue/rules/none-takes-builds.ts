import type { Rule } from '../finding.ts';
import { closedFleet, fleetFinding, statesOf } from './families/closed-fleet.ts';

/** There are clients, but none accepts builds, for different reasons. */
export const noneTakesBuilds: Rule = {
  code: 'CQ0505',
  name: 'no client accepts builds',
  explains: [],
  judge(facts) {
    const fleet = closedFleet(facts);
    if (fleet?.why !== 'mixed') return [];
    const { clients } = fleet;
    const draining = clients.find((client) => client.draining && client.status === 'ready');
    const shut = clients.find(
      ({ status, eligible, draining: drains }) => status === 'ready' && !eligible && !drains,
    );
    return [
      fleetFinding(facts, clients, {
        code: 'CQ0505',
        title: `no client accepts builds: ${statesOf(clients)}`,
        remedy: {
          text: 'Make the ready clients eligible again (after a drain, a client stays ineligible), or add clients.',
          commands: [
            ...(shut ? [`circleci-admin nomad eligibility ${shut.name} --enable`] : []),
            ...(draining ? [`circleci-admin nomad drain --disable ${draining.name}`] : []),
            'circleci-admin nomad node-status',
          ],
        },
      }),
    ];
  },
};
