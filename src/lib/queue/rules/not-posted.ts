import { formatDuration } from '../../units.ts';
import { buildNames, builds } from '../build-names.ts';
import { NOMAD_SERVICE } from '../facts/importance.ts';
import { namesEveryJob } from '../facts/named-jobs.ts';
import { stageName } from '../facts/service-names.ts';
import { fact, lines, type Rule } from '../finding.ts';
import { STAGE_SERVICES } from '../stages.ts';

/** The schedulerer received a task, and Nomad has no job for it. */
export const notPosted: Rule = {
  code: 'CQ0403',
  name: 'a task did not get from schedulerer to Nomad',
  explains: [],
  services: () => [...STAGE_SERVICES.schedulerer, NOMAD_SERVICE],
  judge(facts) {
    // Without Nomad's list of jobs, a missing job cannot be detected.
    if (!namesEveryJob(facts)) return [];
    const stuck = facts.stopped.filter(
      // Nomad deletes ended jobs, so a posted job counts as missing only while the UI shows the
      // build as waiting.
      ({ at, mention, confirmed }) => at === 'schedulerer' && (confirmed || !mention?.posted),
    );
    const [oldest] = stuck;
    if (!oldest) return [];
    const name = stageName(facts, 'schedulerer');
    const posted = stuck.filter(({ mention }) => mention?.posted).length;
    return [
      {
        code: 'CQ0403',
        severity: 'error',
        place: 'schedulerer',
        subject: name,
        title:
          posted === stuck.length
            ? `${builds(stuck.length)} posted by ${name}, but Nomad has no job`
            : `${builds(stuck.length)} reached ${name}, but not Nomad`,
        evidence: [
          ...lines(stuck.slice(0, 3).flatMap(({ mention }) => mention?.lines.slice(-1) ?? [])),
          fact(
            `Nomad has no job for ${stuck.length === 1 ? 'it' : 'them'}; the oldest has waited for ${formatDuration(oldest.ageMs)}`,
          ),
        ],
        remedy: {
          text: 'Check what its log says about the task, and whether Nomad accepts jobs; then restart it.',
          commands: [
            `circleci-admin pods logs ${name} --since 30m`,
            'circleci-admin nomad status',
            `circleci-admin pods restart ${name}`,
          ],
        },
        fix: null,
        builds: buildNames(stuck),
      },
    ];
  },
};
