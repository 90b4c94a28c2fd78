import { formatDuration } from '../../units.ts';
import { builds, listed } from '../build-names.ts';
import { outputServiceName, stageName } from '../facts/service-names.ts';
import { unseenTrails } from '../facts/unseen.ts';
import { fact, type Rule } from '../finding.ts';

/**
 * Builds are running in Nomad, but not in the UI (operations guide, "Debug Queuing Builds", step
 * 5).
 */
export const unseenRunning: Rule = {
  code: 'CQ0701',
  name: 'builds run in Nomad, but not in the UI',
  explains: [],
  judge(facts) {
    const unseen = unseenTrails(facts).filter(({ inNomad }) => inNomad === 'running');
    const [oldest] = unseen;
    if (!oldest) return [];
    const names = unseen.map(({ trail }) => trail.name);
    const job =
      oldest.trail.jobs.find(({ status }) => status === 'running')?.id ?? oldest.trail.name;
    const instead = oldest.inUi === 'absent' ? 'does not list it' : 'shows it as queued';
    return [
      {
        code: 'CQ0701',
        severity: 'error',
        place: 'output-processor',
        subject: stageName(facts, 'output-processor'),
        title: `${builds(unseen.length)} running in Nomad, but not in the UI`,
        evidence: [
          fact(
            `${oldest.trail.name} has run for ${formatDuration(oldest.ageMs)} in Nomad, but the UI ${instead}`,
          ),
          fact(`Affected builds: ${listed(names)}`),
        ],
        remedy: {
          text: `Build output is not reaching ${outputServiceName(facts)}, or it is not forwarding it: check its log and the build agent's log.`,
          commands: [
            `circleci-admin pods logs ${stageName(facts, 'output-processor')} --tail 10000`,
            `circleci-admin nomad logs ${job} --tail 50`,
            'circleci-admin troubleshoot connectivity',
          ],
        },
        fix: null,
        builds: names,
      },
    ];
  },
};
