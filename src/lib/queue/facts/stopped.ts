import type { Milliseconds } from '../../clock.ts';
import { known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES, type Stage } from '../stages.ts';
import type { BuildTrail, QueueFacts, StoppedTrail, TrailFacts } from './facts.ts';
import { ageAt, least, serverNow } from './moments.ts';
import { UI_LIST_LIMIT, type UiState, uiStateOf } from './ui-state.ts';

/** A build goes from one step to the next within a second; this is long. */
export const STOPPED_AFTER_MS: Milliseconds = 60_000;

/** Dead jobs are forgotten after four hours (Nomad's job_gc_threshold). */
const NOMAD_FORGETS_MS: Milliseconds = 3 * 3_600_000;

const BEFORE_NOMAD: readonly Stage[] = ['legacy-dispatcher', 'dispatcher', 'schedulerer'];

/** Lines of these name builds that are on their way; anything else may name them in passing. */
const ON_ITS_WAY =
  /build[-_]?name|build[-_ ]?(?:url|id)\b|task[-_]?name|(?:usage|run)-queue|circle\.backend|dispatcher|scheduler/i;

/** What the UI says of a trail; `absent` where it lists all that wait and run, and not this one. */
export function uiOf(
  { ui }: BuildTrail,
  { unlisted }: Pick<QueueFacts, 'unlisted'>,
): UiState | 'absent' {
  return ui === null ? unlisted : uiStateOf(ui);
}

/** What it means that the UI does not list a build: nothing where its list is cut or empty. */
export function unlistedIn({ server }: QueueSnapshot): QueueFacts['unlisted'] {
  const builds = known(server.builds);
  if (builds === null || builds.length === 0) return 'unknown';
  const open = builds.filter((build) => uiStateOf(build) === 'waiting').length;
  return open < UI_LIST_LIMIT ? 'absent' : 'unknown';
}

/** Builds that have stopped before Nomad, for a minute at least: the longest first. */
export function stoppedTrails(facts: TrailFacts): readonly StoppedTrail[] {
  const stopped = facts.trails.flatMap((trail) => {
    const one = stoppedTrail(trail, facts);
    return one && one.ageMs > STOPPED_AFTER_MS ? [one] : [];
  });
  return stopped.sort((a, b) => b.ageMs - a.ageMs);
}

function stoppedTrail(trail: BuildTrail, facts: TrailFacts): StoppedTrail | null {
  if (trail.jobs.length > 0 || trail.seen.has('output-processor')) return null;
  const ui = uiOf(trail, facts);
  if (ui === 'running' || ui === 'ended' || ui === 'absent') return null;
  const at = BEFORE_NOMAD.findLast((stage) => trail.seen.has(stage)) ?? null;
  const mention = at === null ? null : (trail.seen.get(at) ?? null);
  const confirmed = ui === 'waiting';
  if (!confirmed && !mention?.lines.some(({ text }) => ON_ITS_WAY.test(text))) return null;
  // What was posted to Nomad has left the pipeline: it may have ended there, and be forgotten.
  if (!confirmed && at === 'schedulerer' && mention?.posted) return null;
  const { clocks } = facts.snapshot;
  // Each clock may be wrong on its own: the younger of both ages is the careful one.
  const queued = ageAt(serverNow(facts.snapshot), trail.ui?.queuedAt ?? null);
  const usable = mention === null || clocks.serverAheadMs !== null;
  const since = usable ? queued : null;
  const ageMs = least([mention?.firstAgeMs ?? null, since]);
  if (ageMs === null || (!confirmed && ageMs > NOMAD_FORGETS_MS)) return null;
  const quietMs = Math.min(ageMs, mention?.lastAgeMs ?? ageMs);
  return { trail, at, mention, ageMs, quietMs, confirmed };
}

/** Builds that have stopped at this stage or on the way to it. */
export function stoppedBefore(facts: QueueFacts, stage: Stage): readonly StoppedTrail[] {
  const limit = STAGES.indexOf(stage);
  return facts.stopped.filter(({ at }) => at === null || STAGES.indexOf(at) <= limit);
}

/** Those of {@link stoppedBefore} that got to this stage or to the one before it, as far as is known. */
export function stoppedNear(facts: QueueFacts, stage: Stage): readonly StoppedTrail[] {
  const { stages } = facts;
  const before = stages[stages.indexOf(stage) - 1];
  return stoppedBefore(facts, stage).filter(
    ({ at }) => at === null || at === stage || at === before,
  );
}

/**
 * Whether the logs of all of a stage's pods are known for that long: what they do not name since
 * then never got there. A pod that was started later may have replaced one that did name it.
 */
export function reachesBack(facts: QueueFacts, stage: Stage, ageMs: Milliseconds): boolean {
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
