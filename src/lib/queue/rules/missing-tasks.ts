import { formatDuration } from '../../units.ts';
import { builds } from '../build-names.ts';
import type { PartialTrail, QueueFacts } from '../facts/facts.ts';
import { NOMAD_SERVICE } from '../facts/importance.ts';
import { wasReceived } from '../facts/partial.ts';
import { effectOnBuilds, stageName } from '../facts/service-names.ts';
import { logsCover } from '../facts/stopped.ts';
import { fact, lines, type Proof, type Rule } from '../finding.ts';
import type { EvidenceLine } from '../logs/log-facts.ts';
import { STAGE_SERVICES } from '../stages.ts';

const SHOWN = 3;
/** How many tasks of a build are listed. */
const LISTED = 5;

/** Nomad has some of a build's parallel tasks, and others never got there. */
export const missingTasks: Rule = {
  code: 'CQ0404',
  name: 'parallel tasks of a build are missing in Nomad',
  // The other tasks end, but the build cannot.
  explains: ['CQ0705'],
  explainsThis: (own, effect) => effect.builds.every((name) => own.builds.includes(name)),
  services: () => [...STAGE_SERVICES.dispatcher, ...STAGE_SERVICES.schedulerer, NOMAD_SERVICE],
  judge(facts) {
    const { partial } = facts;
    const [oldest] = partial;
    if (!oldest) return [];
    const [from, to] = [stageName(facts, 'dispatcher'), stageName(facts, 'schedulerer')];
    const one = partial.length === 1 && oldest.missing.length === 1;
    return [
      {
        code: 'CQ0404',
        severity: 'error',
        place: 'schedulerer',
        subject: to,
        title: `${builds(partial.length)} waiting for ${one ? 'a parallel task' : 'parallel tasks'} that Nomad does not have`,
        evidence: evidenceOf(partial, facts),
        remedy: {
          text: `Such a build never ends: cancel it in the UI, and rerun it. If more builds lose tasks, restart both services, so that they reconnect. ${effectOnBuilds(facts)}`,
          commands: [
            `circleci-admin pods logs ${to} --since ${minutes(oldest, facts)}m --grep ${oldest.buildId}`,
            `circleci-admin pods restart ${from} ${to}`,
          ],
        },
        fix: null,
        builds: partial.map(({ trail }) => trail.name),
      },
    ];
  },
};

/** The log back to the build, so that it shows which of its tasks came. */
function minutes({ ageMs }: PartialTrail, { snapshot }: QueueFacts): number {
  return Math.ceil(Math.max(ageMs + 60_000, snapshot.windowMs) / 60_000);
}

function evidenceOf(partial: readonly PartialTrail[], facts: QueueFacts): readonly Proof[] {
  const shown = partial.slice(0, SHOWN);
  const name = stageName(facts, 'schedulerer');
  return [
    ...shown.map((one) => fact(lackOf(one))),
    ...lines(shown.flatMap((one) => lineOf(one) ?? [])),
    ...(shown.every((one) => isUnseen(one, facts))
      ? [fact(`${name} has logged only the tasks that are in Nomad`)]
      : []),
  ];
}

/** `acme/web/26: 1 of its 2 tasks is in Nomad, task 1 is not, for 9m`. */
function lackOf({ trail, missing, count, ageMs }: PartialTrail): string {
  const there = count - missing.length;
  const more = missing.length > LISTED ? ', ...' : '';
  const listed = `${missing.slice(0, LISTED).join(', ')}${more}`;
  const which = missing.length === 1 ? `task ${listed} is not` : `tasks ${listed} are not`;
  const verb = there === 1 ? 'is' : 'are';
  return `${trail.name}: ${there} of its ${count} tasks ${verb} in Nomad, ${which}, for ${formatDuration(ageMs)}`;
}

/** Returns the schedulerer's line about a missing task. */
function lineOf({ trail, missing }: PartialTrail): EvidenceLine | undefined {
  return trail.seen
    .get('schedulerer')
    ?.lines.findLast(({ text }) => missing.some((task) => text.includes(`-${task}-build-`)));
}

/** Returns whether the schedulerer's log has other tasks of the build and would have this one. */
function isUnseen(one: PartialTrail, facts: QueueFacts): boolean {
  const tasks = one.trail.seen.get('schedulerer')?.tasks ?? [];
  return tasks.length > 0 && !wasReceived(one) && logsCover(facts, 'schedulerer', one.ageMs);
}
