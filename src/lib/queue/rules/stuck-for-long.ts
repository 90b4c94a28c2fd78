import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { builds } from '../build-names.ts';
import type { QueueFacts, StoppedTrail } from '../facts/facts.ts';
import { stageName } from '../facts/service-names.ts';
import { logsCover } from '../facts/stopped.ts';
import { type Finding, fact, lines, type Rule } from '../finding.ts';
import type { Stage } from '../stages.ts';

/** Much longer than a build takes to reach Nomad. */
const LONG_MS: Milliseconds = 180_000;
const SHOWN = 3;

/**
 * The UI shows builds as queued for a long time and Nomad has no job for them, but the log that
 * could show where they were lost is gone with its pod, which was replaced.
 */
export const stuckForLong: Rule = {
  code: 'CQ0204',
  name: 'builds wait for long, and the log of that time is gone',
  explains: [],
  judge(facts) {
    const stuck = facts.stopped.filter(
      (one) => one.confirmed && one.ageMs > LONG_MS && isUnexplained(one, facts),
    );
    const [oldest] = stuck;
    if (!oldest) return [];
    return [findingOf(facts, oldest, stuck)];
  },
};

/** Returns whether the next stage's log does not reach back far enough; else other rules apply. */
function isUnexplained({ at, ageMs }: StoppedTrail, facts: QueueFacts): boolean {
  const next = nextStage(facts, at);
  if (next === null || next === 'output-processor') return false;
  // An unreadable log is a separate finding, and a truncated log or window shows nothing.
  const own = facts.snapshot.logs.filter(({ stage, previous }) => stage === next && !previous);
  const isWhole = own.every(({ log }) => log.status === 'known' && !log.value.cut);
  if (own.length === 0 || !isWhole || ageMs > facts.snapshot.windowMs) return false;
  return !logsCover(facts, next, ageMs);
}

function nextStage({ stages }: QueueFacts, at: Stage | null): Stage | null {
  return (at === null ? stages[0] : stages[stages.indexOf(at) + 1]) ?? null;
}

function findingOf(
  facts: QueueFacts,
  oldest: StoppedTrail,
  stuck: readonly StoppedTrail[],
): Finding {
  const place = nextStage(facts, oldest.at) ?? 'dispatcher';
  const name = stageName(facts, place);
  const names = stuck.map(({ trail }) => trail.name);
  return {
    code: 'CQ0204',
    severity: 'error',
    place,
    subject: name,
    title: `${builds(stuck.length)} queued for up to ${formatDuration(oldest.ageMs)} and not in Nomad; the log of ${name} begins later`,
    evidence: [
      ...lines(stuck.slice(0, SHOWN).flatMap(({ mention }) => mention?.lines.at(-1) ?? [])),
      fact(
        `${builds(stuck.length)} queued in the UI: ${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', ...' : ''}`,
      ),
      fact(`the pod of ${name} that should have received them was replaced, and its log with it`),
    ],
    remedy: {
      text: 'Builds that were lost do not start by themselves: start one to see whether new builds get through, and rerun those that are still queued.',
      commands: [
        'circleci-admin troubleshoot queue --trigger ORG/REPO',
        `circleci-admin troubleshoot build ${names[0] ?? 'ORG/REPO/NUMBER'}`,
      ],
    },
    fix: null,
    builds: names,
  };
}
