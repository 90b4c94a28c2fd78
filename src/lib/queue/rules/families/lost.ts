import type { Milliseconds } from '../../../clock.ts';
import { formatDuration } from '../../../units.ts';
import { builds } from '../../build-names.ts';
import { called } from '../../facts/called.ts';
import type { QueueFacts, StoppedTrail } from '../../facts/facts.ts';
import { least } from '../../facts/moments.ts';
import { reachesBack, STOPPED_AFTER_MS } from '../../facts/stopped.ts';
import { type Finding, type FindingSeverity, fact, lines, type Proof } from '../../finding.ts';
import type { Stage } from '../../stages.ts';

const SHOWN = 3;

/**
 * Builds that one stage has handed on and the next has never heard of: its log reaches back far
 * enough, and neither it nor any stage behind it nor Nomad names them.
 */
export function lostBetween(
  facts: QueueFacts,
  from: Stage | null,
  to: Stage,
): readonly StoppedTrail[] {
  const isRight = from !== null && facts.rightClocks.has(from);
  // By a clock that is wrong a build may be older than it seems, and the pod that had it be gone.
  const reachOf = ({ ageMs, confirmed }: StoppedTrail): Milliseconds =>
    confirmed || isRight ? ageMs : facts.snapshot.windowMs;
  return facts.stopped.filter(
    (one) =>
      one.at === from &&
      !one.mention?.failed &&
      isPast(one) &&
      reachesBack(facts, to, reachOf(one)),
  );
}

/** The stage has said all that it says of it, or says again and again that it is done with it. */
function isPast({ quietMs, mention }: StoppedTrail): boolean {
  return Math.max(quietMs, mention?.handedOnMs ?? 0) > STOPPED_AFTER_MS;
}

/** So many lost, and more than one in so many, were not all cancelled on the way. */
const MANY = 3;
const OFTEN = 0.25;

/**
 * An error where builds wait or none came through since. Where nobody can be asked, and the next
 * stage took others after it, it may have been cancelled, unless many are gone.
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
  if (since(least(lost.map(({ quietMs }) => quietMs)) ?? 0) === 0) return 'error';
  // The longest ago comes first.
  const through = since(lost[0]?.ageMs ?? 0);
  const isOften = lost.length >= MANY && lost.length >= OFTEN * (lost.length + through);
  return isOften ? 'error' : 'warning';
}

/** The lines that hand the builds on, and what the next stage says instead. */
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
  return `${called(facts, to)} ${names} in ${of}: ${since}`;
}

function lastBeats(facts: QueueFacts, to: Stage): readonly Proof[] {
  const beats = facts.logs.get(to)?.pods.flatMap(({ lastBeat }) => lastBeat ?? []) ?? [];
  return lines(beats.slice(0, 1));
}

/** The finding about lost builds. */
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
