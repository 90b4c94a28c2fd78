import { firstNames } from '../../join-names.ts';
import { fact, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';

/** Some clients went down without having been drained before. */
export const clientsDown: Rule = {
  code: 'CQ0506',
  name: 'some clients are down',
  explains: [],
  judge(facts) {
    const clients = known(facts.snapshot.nomad.clients) ?? [];
    if (!clients.some(({ takesBuilds }) => takesBuilds)) return [];
    // A client that was drained or ineligible before it went down was scaled in; Nomad lists it for
    // a day.
    const down = clients.filter(
      ({ status, eligible, draining }) =>
        (status === 'down' || status === 'disconnected') && eligible && !draining,
    );
    if (down.length === 0) return [];
    const names = down.map(({ name }) => name);
    const lost = down.reduce((sum, one) => sum + one.runningBuilds + one.unknownBuilds, 0);
    return [
      {
        code: 'CQ0506',
        severity: 'warning',
        place: 'clients',
        subject: null,
        title: `${down.length} of ${clients.length} clients ${down.length === 1 ? 'is' : 'are'} down and ${down.length === 1 ? 'was' : 'were'} not drained before`,
        evidence: [
          fact(firstNames(names, 5)),
          ...(lost > 0 ? [fact(`${lost} builds were running there`)] : []),
        ],
        remedy: {
          text: 'Check that the machines run; if they were removed, Nomad forgets them after a day.',
          commands: ['circleci-admin nomad node-status --status down'],
        },
        fix: null,
        builds: [],
      },
    ];
  },
};
