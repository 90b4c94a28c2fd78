import { formatDuration } from '../../units.ts';
import { builds, listed } from '../build-names.ts';
import { outputServiceName, stageName } from '../facts/service-names.ts';
import { unseenTrails } from '../facts/unseen.ts';
import { fact, type Rule } from '../finding.ts';

/** Builds have ended in Nomad, but the UI does not show this. */
export const unseenEnd: Rule = {
  code: 'CQ0705',
  name: 'builds have ended in Nomad, but not in the UI',
  explains: [],
  judge(facts) {
    const unseen = unseenTrails(facts).filter(({ inNomad }) => inNomad === 'ended');
    const [oldest] = unseen;
    if (!oldest) return [];
    const names = unseen.map(({ trail }) => trail.name);
    const job = oldest.trail.jobs[0];
    const how = job?.outcome ?? null;
    const shown = oldest.inUi === 'waiting' ? 'queued' : 'running';
    return [
      {
        code: 'CQ0705',
        severity: 'error',
        place: 'output-processor',
        subject: stageName(facts, 'output-processor'),
        title: `${builds(unseen.length)} ended in Nomad, but still queued or running in the UI`,
        evidence: [
          fact(
            `${oldest.trail.name} ended ${formatDuration(oldest.ageMs)} ago in Nomad` +
              `${how === null ? '' : ` (${how})`}; the UI shows it as ${shown}`,
          ),
          fact(`Affected builds: ${listed(names)}`),
        ],
        remedy: {
          text: `The end did not reach ${outputServiceName(facts)}: check its log, and the end of the build agent's log. Cancel such builds in the UI, then rerun them.`,
          commands: [
            `circleci-admin pods logs ${stageName(facts, 'output-processor')} --tail 10000`,
            `circleci-admin nomad logs ${job?.id ?? oldest.trail.name} --tail 50`,
          ],
        },
        fix: null,
        builds: names,
      },
    ];
  },
};
