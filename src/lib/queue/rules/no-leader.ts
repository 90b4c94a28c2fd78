import { NOMAD_SERVICE } from '../facts/importance.ts';
import { isLeaderless } from '../facts/leader.ts';
import { fact, type Rule } from '../finding.ts';

/** Nomad's servers have no leader, so that nothing is scheduled. */
export const noLeader: Rule = {
  code: 'CQ0501',
  name: 'Nomad has no leader',
  // A server without a leader fails its readiness check, which requires one.
  explains: ['CQ0105', 'CQ0401', 'CQ0403', 'CQ0404', 'CQ0504', 'CQ0505', 'CQ0506', 'CQ0605'],
  explainsThis: (_own, { code, subject }) => code !== 'CQ0105' || subject === NOMAD_SERVICE,
  services: (_own, cause) => (cause.code === 'CQ0105' ? [] : [NOMAD_SERVICE]),
  judge(facts) {
    if (!isLeaderless(facts)) return [];
    return [
      {
        code: 'CQ0501',
        severity: 'error',
        place: 'nomad',
        subject: 'circleci-nomad',
        title: 'Nomad has no leader: nothing is scheduled',
        evidence: [fact('Nomad responds, but reports no leader (/v1/status/leader)')],
        remedy: {
          text: 'Check that all server pods are ready and can reach each other; a single server elects itself after a restart of its pod. Running builds are not affected.',
          commands: [
            'circleci-admin nomad cli -- server members',
            'circleci-admin pods logs circleci-nomad --tail 100',
            'circleci-admin pods restart circleci-nomad',
          ],
        },
        fix: null,
        builds: [],
      },
    ];
  },
};
