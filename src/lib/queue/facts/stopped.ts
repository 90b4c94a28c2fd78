import type { Milliseconds } from '../../clock.ts';
import { known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES, type Stage } from '../stages.ts';
import type { BuildTrail, QueueFacts, StoppedTrail, TrailFacts } from './facts.ts';
import { ageAt, minKnown, serverNow } from './moments.ts';
import { UI_LIST_LIMIT, type UiState, uiStateOf } from './ui-state.ts';

/**
 * A build without progress for this long has stopped. Normally each step takes less than a second.
 */
export const STOPPED_AFTER_MS: Milliseconds = 60_000;

/** Nomad deletes dead jobs after four hours (job_gc_threshold). */
export const NOMAD_FORGETS_MS: Milliseconds = 3 * 3_600_000;

const BEFORE_NOMAD: readonly Stage[] = ['legacy-dispatcher', 'dispatcher', 'schedulerer'];

/** Matches log lines about builds in progress; other lines may mention builds incidentally. */
const IN_PROGRESS =
  /build[-_]?name|build[-_ ]?(?:url|id)\b|task[-_]?name|(?:usage|run)-queue|circle\.backend|dispatcher|scheduler/i;

/**
 * Returns the UI's state of a trail; `absent` if the UI lists all waiting and running builds but
 * not this one.
 */
export function uiStateOfTrail(
  { ui }: BuildTrail,
  { unlisted }: Pick<QueueFacts, 'unlisted'>,
): UiState | 'absent' {
  return ui === null ? unlisted : uiStateOf(ui);
}

/**
 * Returns what it means if the UI does not list a build: nothing if its list is truncated or empty.
 */
export function unlistedIn({ server }: QueueSnapshot): QueueFacts['unlisted'] {
  const builds = known(server.builds);
  if (builds === null || builds.length === 0) return 'unknown';
  const open = builds.filter((build) => uiStateOf(build) === 'waiting').length;
  return open < UI_LIST_LIMIT ? 'absent' : 'unknown';
}

/** Returns the builds that stopped before Nomad at least a minute ago, longest first. */
export function stoppedTrails(facts: TrailFacts): readonly StoppedTrail[] {
  const stopped = facts.trails.flatMap((trail) => {
    const one = stoppedTrail(trail, facts);
    return one && one.ageMs > STOPPED_AFTER_MS ? [one] : [];
  });
  return stopped.sort((a, b) => b.ageMs - a.ageMs);
}

function stoppedTrail(trail: BuildTrail, facts: TrailFacts): StoppedTrail | null {
  if (trail.jobs.length > 0 || trail.seen.has('output-processor')) return null;
  const ui = uiStateOfTrail(trail, facts);
  if (ui === 'running' || ui === 'ended' || ui === 'absent') return null;
  const at = BEFORE_NOMAD.findLast((stage) => trail.seen.has(stage)) ?? null;
  const mention = at === null ? null : (trail.seen.get(at) ?? null);
  const confirmed = ui === 'waiting';
  if (!confirmed && !mention?.lines.some(({ text }) => IN_PROGRESS.test(text))) return null;
  // A build that was posted to Nomad has left the pipeline. Its job may have ended and been
  // deleted.
  if (!confirmed && at === 'schedulerer' && mention?.posted) return null;
  const { clocks } = facts.snapshot;
  // Any clock may be wrong, so the smaller of both ages is used.
  const queued = ageAt(serverNow(facts.snapshot), trail.ui?.queuedAt ?? null);
  const usable = mention === null || clocks.serverAheadMs !== null;
  const since = usable ? queued : null;
  const ageMs = minKnown([mention?.firstAgeMs ?? null, since]);
  if (ageMs === null || (!confirmed && ageMs > NOMAD_FORGETS_MS)) return null;
  const quietMs = Math.min(ageMs, mention?.lastAgeMs ?? ageMs);
  return { trail, at, mention, ageMs, quietMs, confirmed };
}

/** Returns the builds that have stopped at a stage or before it. */
export function stoppedBefore(facts: QueueFacts, stage: Stage): readonly StoppedTrail[] {
  const limit = STAGES.indexOf(stage);
  return facts.stopped.filter(({ at }) => at === null || STAGES.indexOf(at) <= limit);
}

/**
 * Returns those of {@link stoppedBefore} whose last known stage is this one or the previous one, or
 * unknown.
 */
export function stoppedNear(facts: QueueFacts, stage: Stage): readonly StoppedTrail[] {
  const { stages } = facts;
  const before = stages[stages.indexOf(stage) - 1];
  return stoppedBefore(facts, stage).filter(
    ({ at }) => at === null || at === stage || at === before,
  );
}

/**
 * Returns whether the logs of all pods of a stage are known for that long, so that a build they do
 * not mention never reached the stage. A pod started later may have replaced one that did mention
 * it.
 */
export function logsCover(facts: QueueFacts, stage: Stage, ageMs: Milliseconds): boolean {
  const own = facts.snapshot.logs.filter((log) => log.stage === stage && !log.previous);
  const digest = facts.logs.get(stage);
  if (!digest || own.some(({ log }) => log.status !== 'known')) return false;
  const reach = new Map<string, Milliseconds>();
  for (const { pod, reachesBackMs } of digest.pods) {
    reach.set(pod, Math.max(reach.get(pod) ?? 0, reachesBackMs ?? 0));
  }
  const least = Math.min(facts.snapshot.windowMs, ...reach.values());
  return reach.size > 0 && least >= ageMs;
}
