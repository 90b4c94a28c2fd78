import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { builds, listed } from '../build-names.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { namesEveryJob } from '../facts/named-jobs.ts';
import { effectOnBuilds, stageName } from '../facts/service-names.ts';
import { fact, type Rule } from '../finding.ts';
import { STAGE_SERVICES, type Stage } from '../stages.ts';

/** Much longer than a build takes to reach Nomad. */
const LONG_MS: Milliseconds = 180_000;

/**
 * Builds have been queued for long without a job in Nomad, and the logs cannot show where they
 * stopped, because they name no builds. Only from server 4.3 on: the earlier services name each
 * build.
 */
export const unexplainedStop: Rule = {
  code: 'CQ0205',
  name: 'builds wait for long, and the logs name no builds',
  explains: [],
  services: () => [
    ...STAGE_SERVICES.dispatcher,
    ...STAGE_SERVICES.schedulerer,
    'circleci-nomad',
    'frontend',
  ],
  judge(facts) {
    const stages = facts.stages.filter((stage) => stage !== 'output-processor');
    const [first] = stages;
    if (first === undefined || !namesNoBuilds(facts, stages)) return [];
    const stuck = facts.stopped.filter(
      ({ at, confirmed, ageMs }) => at === null && confirmed && ageMs > LONG_MS,
    );
    const [oldest] = stuck;
    if (!oldest) return [];
    const names = stages.map((stage) => stageName(facts, stage));
    const waiting = stuck.map(({ trail }) => trail.name);
    return [
      {
        code: 'CQ0205',
        severity: 'error',
        place: first,
        subject: stageName(facts, first),
        title: `${builds(stuck.length)} queued for up to ${formatDuration(oldest.ageMs)} and not in Nomad`,
        evidence: [
          fact(`${builds(stuck.length)} queued in the UI: ${listed(waiting)}`),
          fact(
            `the logs of ${names.join(' and ')} name no builds, so they do not show which has them`,
          ),
          ...stages.map((stage) => fact(lastWork(facts, stage))),
        ],
        remedy: {
          text: `Start a build to see whether new builds get through; if not, restart these services. ${effectOnBuilds(facts)}`,
          commands: [
            'circleci-admin troubleshoot queue --trigger ORG/REPO',
            `circleci-admin pods restart ${names.join(' ')}`,
          ],
        },
        fix: null,
        builds: waiting,
      },
    ];
  },
};

/**
 * Returns whether all logs were read and name no builds, and the builds of all jobs in Nomad are
 * known.
 */
function namesNoBuilds(facts: QueueFacts, stages: readonly Stage[]): boolean {
  if (facts.pipeline !== 'distributor' || !namesEveryJob(facts)) return false;
  return stages.every((stage) => facts.logs.get(stage)?.builds.size === 0);
}

function lastWork(facts: QueueFacts, stage: Stage): string {
  const ageMs = facts.logs.get(stage)?.lastEventAgeMs ?? null;
  const name = stageName(facts, stage);
  return ageMs === null
    ? `${name} logs no work on any build`
    : `${name} last worked on a build ${formatDuration(ageMs)} ago`;
}
