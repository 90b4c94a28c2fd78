import type { Milliseconds } from '../../../clock.ts';
import type { JobRow } from '../../../nomad/jobs/jobs.ts';
import type { QueueFacts, StoppedTrail } from '../../facts/facts.ts';
import { ageAt, nomadNow } from '../../facts/moments.ts';
import { wasReceived } from '../../facts/partial.ts';
import { stoppedBefore, stoppedNear, uiStateOfTrail } from '../../facts/stopped.ts';
import { unseenTrails } from '../../facts/unseen.ts';
import { waitingState } from '../../facts/waiting-builds.ts';
import type { FindingSeverity } from '../../finding.ts';
import { rankOf } from '../../logs/levels.ts';
import type { LogError } from '../../logs/log-facts.ts';
import type { Stage } from '../../stages.ts';

/** A working stage may log within this time that it has recovered. */
const RECOVERY_MS: Milliseconds = 30_000;
/**
 * The errors of a stage that continues to work are reported if they exceed this fraction of the
 * processed builds, and number at least {@link MIN_ERRORS}.
 */
const MIN_ERROR_RATE = 0.25;
const MIN_ERRORS = 10;
/** An error that occurred at least this often is not a coincidence. */
const MIN_REPETITIONS = 3;
/** The time from an error to the job in Nomad is normally about a second. */
const SLACK_MS: Milliseconds = 5_000;

/** A build that a stage may hold up, and since when, if known. */
export interface HeldBuild {
  readonly key: string;
  readonly name: string;
  readonly here: boolean;
  /** Whether the build's last known stage is this one or the previous one. */
  readonly near: boolean;
  readonly sinceMs: Milliseconds | null;
}

/**
 * Returns the builds that have stopped at a stage or before it, or of which a task has; for the
 * output-processor, the builds that the UI does not show.
 */
export function buildsHeldAt(facts: QueueFacts, stage: Stage): readonly HeldBuild[] {
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
  const stopped = stoppedBefore(facts, stage).map((one: StoppedTrail) => ({
    key: one.trail.key,
    name: one.trail.name,
    here: one.at === stage,
    near: near.has(one.trail),
    sinceMs: one.mention?.firstAgeMs ?? one.ageMs,
  }));
  return [...stopped, ...partialAt(facts, stage)];
}

/** Returns the builds with parallel tasks that did not get past a stage. */
function partialAt(facts: QueueFacts, stage: Stage): readonly HeldBuild[] {
  return facts.partial.flatMap((one) => {
    const at = wasReceived(one) ? 'schedulerer' : 'dispatcher';
    const isNear = stage === at || (stage === 'schedulerer' && at === 'dispatcher');
    if (!isNear) return [];
    const { trail, ageMs } = one;
    return [{ key: trail.key, name: trail.name, here: stage === at, near: true, sinceMs: ageMs }];
  });
}

/** Returns the severity of an error; null (no finding) if it has passed or holds nothing up. */
export function severityOf(
  error: LogError,
  facts: QueueFacts,
  stage: Stage,
  held: readonly HeldBuild[],
): FindingSeverity | null {
  const { count, lastAgeMs, recovered } = error;
  // The error names a waiting build, or occurred after a build had stopped at this stage.
  if (held.some(({ key }) => error.builds.includes(key))) return 'error';
  const during = held.some(({ here, sinceMs }) => here && isSince(lastAgeMs, sinceMs));
  if (during && error.builds.length === 0) return 'error';
  const log = facts.logs.get(stage);
  const events = log?.events ?? 0;
  const near = held.filter((one) => one.near);
  const isOlder = near.length > 0 && isOlderThan(error, near, facts.snapshot.freshMs);
  // The error began when builds stopped near here, although others may get through.
  if (near.length > 0 && !isOlder && count >= MIN_REPETITIONS) return 'error';
  const goesOn =
    log?.atPace === true && (error.survived || count < MIN_REPETITIONS) && near.length === 0;
  // Libraries have usually handled what they log with a stack trace but not as an error.
  const isMild = ['warn', 'info'].includes(rankOf(error.level) ?? '');
  if (hasPassed(error, facts, stage) || goesOn || isOlder) {
    if (isMild) return null;
    return count >= MIN_ERRORS && count > events * MIN_ERROR_RATE ? 'warning' : null;
  }
  if (held.length > 0) return 'error';
  if (isMild && count < MIN_REPETITIONS) return null;
  if (events > 0 && lastAgeMs !== null && lastAgeMs < RECOVERY_MS && count < MIN_REPETITIONS)
    return null;
  const isGrave = error.frames > 0 || error.exception !== null || error.level === 'FATAL';
  const waits = waitingState(facts);
  if (waits === 'unknown' && !recovered) return isGrave || count > 1 ? 'error' : 'warning';
  return isGrave || count > 1 ? 'warning' : null;
}

/**
 * Returns whether an error is no cause of these builds: it began before any of them stopped, and
 * other builds got through afterwards.
 */
function isOlderThan(
  { firstAgeMs, survived }: LogError,
  held: readonly HeldBuild[],
  slackMs: Milliseconds,
): boolean {
  if (firstAgeMs === null || !survived) return false;
  return held.every(({ sinceMs }) => sinceMs !== null && firstAgeMs > sinceMs + slackMs);
}

/** Returns whether an event came after a build had stopped, as far as is known. */
export function isSince(ageMs: Milliseconds | null, sinceMs: Milliseconds | null): boolean {
  return ageMs === null || sinceMs === null || ageMs <= sinceMs + 1_000;
}

/**
 * Returns whether work succeeded after the error, or all builds that it names have progressed or
 * ended since.
 */
function hasPassed(
  { recovered, lastAgeMs, builds: named }: LogError,
  facts: QueueFacts,
  stage: Stage,
): boolean {
  if (recovered) return true;
  // That the named builds are in Nomad does not show that their output arrives.
  if (stage === 'output-processor') return false;
  const now = nomadNow(facts.snapshot);
  // A job submitted before the error shows nothing. With a wrong clock, ages are accurate only to
  // the fresh window.
  const slackMs = facts.rightClocks.has(stage) ? SLACK_MS : facts.snapshot.freshMs;
  const gotThere = ({ submittedAt }: JobRow): boolean =>
    lastAgeMs === null || (ageAt(now, submittedAt) ?? 0) <= lastAgeMs + slackMs;
  const trails = facts.trails.filter(({ key }) => named.includes(key));
  return (
    trails.length > 0 &&
    trails.every(
      (trail) =>
        trail.jobs.some(gotThere) || ['running', 'ended'].includes(uiStateOfTrail(trail, facts)),
    )
  );
}
