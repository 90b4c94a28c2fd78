import type { Milliseconds } from '../../../clock.ts';
import type { JobRow } from '../../../nomad/jobs/jobs.ts';
import type { QueueFacts, StoppedTrail } from '../../facts/facts.ts';
import { ageAt, nomadNow } from '../../facts/moments.ts';
import { stoppedBefore, stoppedNear, uiOf } from '../../facts/stopped.ts';
import { unseenTrails } from '../../facts/unseen.ts';
import { whoWaits } from '../../facts/who-waits.ts';
import type { FindingSeverity } from '../../finding.ts';
import { rankOf } from '../../logs/levels.ts';
import type { LogError } from '../../logs/log-facts.ts';
import type { Stage } from '../../stages.ts';

/** A stage that works may say how it went on in a moment. */
const TOO_EARLY_MS: Milliseconds = 30_000;
/** Errors of a stage that works are worth a word where they are more than one in so many builds. */
const OFTEN = 0.25;
const MANY = 10;
/** An error that was said so often is no chance. */
const FEW = 3;
/** From an error to Nomad's job a second goes by. */
const SLACK_MS: Milliseconds = 5_000;

/** A build that a stage may hold up; since when, where that is known. */
export interface Held {
  readonly key: string;
  readonly name: string;
  readonly here: boolean;
  /** It got to this stage, or to the one before it. */
  readonly near: boolean;
  readonly sinceMs: Milliseconds | null;
}

/** The builds that have stopped at a stage or before it; those that the UI does not see, for the output-processor. */
export function heldAt(facts: QueueFacts, stage: Stage): readonly Held[] {
  if (stage === 'output-processor') {
    return unseenTrails(facts).map(({ trail }) => ({
      key: trail.key,
      name: trail.name,
      here: true,
      near: true,
      sinceMs: null,
    }));
  }
  const near = new Set(stoppedNear(facts, stage).map(({ trail }) => trail));
  return stoppedBefore(facts, stage).map((one: StoppedTrail) => ({
    key: one.trail.key,
    name: one.trail.name,
    here: one.at === stage,
    near: near.has(one.trail),
    sinceMs: one.mention?.firstAgeMs ?? one.ageMs,
  }));
}

/** Null for an error that has passed, or that nothing waits because of: no finding. */
export function severityOf(
  error: LogError,
  facts: QueueFacts,
  stage: Stage,
  held: readonly Held[],
): FindingSeverity | null {
  const { count, lastAgeMs, recovered } = error;
  // It names builds that wait, or came while one that stopped here was worked on.
  if (held.some(({ key }) => error.builds.includes(key))) return 'error';
  const during = held.some(({ here, sinceMs }) => here && isSince(lastAgeMs, sinceMs));
  if (during && error.builds.length === 0) return 'error';
  const log = facts.logs.get(stage);
  const events = log?.events ?? 0;
  const near = held.filter((one) => one.near);
  const isOlder = near.length > 0 && isOlderThan(error, near, facts.snapshot.freshMs);
  // It began when builds began to stop here, though others may come through.
  if (near.length > 0 && !isOlder && count >= FEW) return 'error';
  const goesOn = log?.atPace === true && (error.survived || count < FEW) && near.length === 0;
  // What libraries tell with a trace, and do not call an error, they have mostly dealt with.
  const isMild = ['warn', 'info'].includes(rankOf(error.level) ?? '');
  if (hasPassed(error, facts, stage) || goesOn || isOlder) {
    if (isMild) return null;
    return count >= MANY && count > events * OFTEN ? 'warning' : null;
  }
  if (held.length > 0) return 'error';
  if (isMild && count < FEW) return null;
  if (events > 0 && lastAgeMs !== null && lastAgeMs < TOO_EARLY_MS && count < FEW) return null;
  const isGrave = error.frames > 0 || error.exception !== null || error.level === 'FATAL';
  const waits = whoWaits(facts);
  if (waits === 'unknown' && !recovered) return isGrave || count > 1 ? 'error' : 'warning';
  return isGrave || count > 1 ? 'warning' : null;
}

/** It was said before any of these stopped, and builds got through meanwhile: it is no cause of theirs. */
function isOlderThan(
  { firstAgeMs, survived }: LogError,
  held: readonly Held[],
  slackMs: Milliseconds,
): boolean {
  if (firstAgeMs === null || !survived) return false;
  return held.every(({ sinceMs }) => sinceMs !== null && firstAgeMs > sinceMs + slackMs);
}

/** Whether something came after a build had stopped, as far as that is known. */
export function isSince(ageMs: Milliseconds | null, sinceMs: Milliseconds | null): boolean {
  return ageMs === null || sinceMs === null || ageMs <= sinceMs + 1_000;
}

/** Work went well after it, or all the builds that it names got further since or have ended. */
function hasPassed(
  { recovered, lastAgeMs, builds: named }: LogError,
  facts: QueueFacts,
  stage: Stage,
): boolean {
  if (recovered) return true;
  // All that it names are in Nomad: that they got there says nothing of their output.
  if (stage === 'output-processor') return false;
  const now = nomadNow(facts.snapshot);
  // What was in Nomad before shows nothing. By a clock that is wrong ages are right to what is fresh.
  const slackMs = facts.rightClocks.has(stage) ? SLACK_MS : facts.snapshot.freshMs;
  const gotThere = ({ submittedAt }: JobRow): boolean =>
    lastAgeMs === null || (ageAt(now, submittedAt) ?? 0) <= lastAgeMs + slackMs;
  const trails = facts.trails.filter(({ key }) => named.includes(key));
  return (
    trails.length > 0 &&
    trails.every(
      (trail) => trail.jobs.some(gotThere) || ['running', 'ended'].includes(uiOf(trail, facts)),
    )
  );
}
