import type { Milliseconds } from '../../../clock.ts';
import { formatDuration } from '../../../units.ts';
import { builds } from '../../build-names.ts';
import type { QueueFacts, StoppedTrail } from '../../facts/facts.ts';
import { minKnown } from '../../facts/moments.ts';
import { stageName } from '../../facts/service-names.ts';
import { logsCover, STOPPED_AFTER_MS } from '../../facts/stopped.ts';
import { type Finding, type FindingSeverity, fact, lines, type Proof } from '../../finding.ts';
import type { Stage } from '../../stages.ts';

const SHOWN = 3;

/**
 * Returns the builds that one stage has handed on and the next has not received: its log reaches
 * back far enough, and neither it nor a later stage nor Nomad names them.
 */
export function lostBetween(
  facts: QueueFacts,
  from: Stage | null,
  to: Stage,
): readonly StoppedTrail[] {
  const isRight = from !== null && facts.rightClocks.has(from);
  // With a wrong clock, a build may be older than it appears, and the pod that received it may be
  // gone.
  const reachOf = ({ ageMs, confirmed }: StoppedTrail): Milliseconds =>
    confirmed || isRight ? ageMs : facts.snapshot.windowMs;
  return facts.stopped.filter(
    (one) =>
      one.at === from && !one.mention?.failed && isPast(one) && logsCover(facts, to, reachOf(one)),
  );
}

/**
 * Returns whether the stage has finished with the build, or has repeatedly logged handing it on.
 */
function isPast({ quietMs, mention }: StoppedTrail): boolean {
  return Math.max(quietMs, mention?.handedOnMs ?? 0) > STOPPED_AFTER_MS;
}

/**
 * If at least this many builds are lost, and at least this fraction, they cannot all have been
 * cancelled on the way.
 */
const MIN_LOST = 3;
const MIN_LOST_RATE = 0.25;

/**
 * Returns `error` if the builds wait, or if none has come through since. If the UI cannot be read
 * and the next stage has received later builds, a lost one may have been cancelled, so the severity
 * is `warning` unless many are lost.
 */
function severityOfLoss(
  facts: QueueFacts,
  lost: readonly StoppedTrail[],
  to: Stage,
): FindingSeverity {
  if (lost.some(({ confirmed }) => confirmed)) return 'error';
  const taken = [...(facts.logs.get(to)?.builds.values() ?? [])].flatMap(
    ({ firstAgeMs }) => firstAgeMs ?? [],
  );
  const since = (ageMs: Milliseconds): number => taken.filter((age) => age < ageMs).length;
  if (since(minKnown(lost.map(({ quietMs }) => quietMs)) ?? 0) === 0) return 'error';
  // The first one was lost the longest ago.
  const through = since(lost[0]?.ageMs ?? 0);
  const isOften = lost.length >= MIN_LOST && lost.length >= MIN_LOST_RATE * (lost.length + through);
  return isOften ? 'error' : 'warning';
}

/** Returns the lines that hand the builds on, and what the next stage logged instead. */
function evidenceOfLoss(
  facts: QueueFacts,
  lost: readonly StoppedTrail[],
  to: Stage,
): readonly Proof[] {
  const handed = lost.slice(0, SHOWN).flatMap(({ mention }) => {
    const all = mention?.lines ?? [];
    const line = all.find(({ text }) => /forward|run-queue|comput|task/i.test(text)) ?? all.at(-1);
    return line ? [line] : [];
  });
  const waits = lost.filter(({ confirmed }) => confirmed);
  return [
    ...lines(handed),
    ...(waits[0]
      ? [
          fact(
            `${builds(waits.length)} queued in the UI, the longest for ${formatDuration(waits[0].ageMs)}`,
          ),
        ]
      : []),
    fact(silenceOf(facts, lost.length, to)),
    ...lastBeats(facts, to),
  ];
}

function silenceOf(facts: QueueFacts, count: number, to: Stage): string {
  const log = facts.logs.get(to);
  const pods = log?.pods.length ?? 0;
  const last = log?.lastEventAgeMs ?? null;
  const since =
    last === null
      ? 'it received none at all'
      : `the last one it received was ${formatDuration(last)} ago`;
  const of = pods === 1 ? 'its log' : `the logs of its ${pods} containers`;
  const names = count === 1 ? 'does not have it' : 'has none of them';
  return `${stageName(facts, to)} ${names} in ${of}: ${since}`;
}

function lastBeats(facts: QueueFacts, to: Stage): readonly Proof[] {
  const beats = facts.logs.get(to)?.pods.flatMap(({ lastBeat }) => lastBeat ?? []) ?? [];
  return lines(beats.slice(0, 1));
}

/** Returns the finding about lost builds. */
export function lossFinding(
  facts: QueueFacts,
  lost: readonly StoppedTrail[],
  to: Stage,
  about: Pick<Finding, 'code' | 'place' | 'subject' | 'title' | 'remedy' | 'fix'>,
): Finding {
  return {
    ...about,
    severity: severityOfLoss(facts, lost, to),
    evidence: evidenceOfLoss(facts, lost, to),
    builds: lost.map(({ trail }) => trail.name),
  };
}
