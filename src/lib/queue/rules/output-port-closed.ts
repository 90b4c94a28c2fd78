import { outputServiceName, stageName } from '../facts/service-names.ts';
import { fact, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';

/** The exit codes if curl could not be run, which says nothing about the port. */
const NO_CURL: readonly (number | null)[] = [126, 127, null];

/** Clients cannot reach port 8585 (operations guide, "Why do my jobs stay in queued status"). */
export const outputPortClosed: Rule = {
  code: 'CQ0703',
  name: 'a client cannot reach the output-processor',
  explains: ['CQ0701', 'CQ0704', 'CQ0705'],
  step: 'output port',
  judge(facts) {
    const probes = (known(facts.snapshot.outputPort) ?? []).filter(({ check }) => check !== 'ssh');
    const failed = probes.filter(
      ({ check, outcome, exitCode }) =>
        outcome === 'failed' && check !== 'dns' && !NO_CURL.includes(exitCode),
    );
    const [first] = failed;
    if (!first) return [];
    const clients = new Set(failed.map(({ client }) => client));
    const checked = new Set(
      probes.filter(({ outcome }) => outcome !== 'skipped').map(({ client }) => client),
    );
    const output = outputServiceName(facts);
    const place = `${first.host ?? output}:${first.port ?? 8585}`;
    const hints = [...new Set(failed.map(({ hint }) => hint).filter((hint) => hint !== null))];
    return [
      {
        code: 'CQ0703',
        severity: 'error',
        place: 'output-processor',
        subject: stageName(facts, 'output-processor'),
        title: `${output} cannot be reached from ${clients.size} of ${checked.size} clients: ${place}`,
        evidence: [
          ...failed
            .slice(0, 5)
            .map(({ client, exitCode, meaning }) =>
              fact(`${client}: curl exit code ${exitCode}: ${meaning}`),
            ),
          ...probes
            .filter(({ check, outcome }) => check === 'dns' && outcome === 'failed')
            .slice(0, 3)
            .map(({ client, host, meaning }) =>
              fact(`${client}: ${host ?? 'its name'}: ${meaning}`),
            ),
        ],
        remedy: {
          text: hints.join(' ') || `Allow this port from the clients to ${output}.`,
          commands: [
            'circleci-admin troubleshoot connectivity',
            `circleci-admin services show ${stageName(facts, 'output-processor')}`,
          ],
        },
        fix: null,
        builds: [],
      },
    ];
  },
};
