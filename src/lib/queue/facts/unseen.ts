import type { Milliseconds } from '../../clock.ts';
import { known } from '../snapshot/evidence.ts';
import type { BuildTrail, QueueFacts } from './facts.ts';
import { ageAt, minKnown, nomadNow, serverNow } from './moments.ts';
import { uiStateOfTrail } from './stopped.ts';
import { UI_LIST_LIMIT, uiStateOf } from './ui-state.ts';

/** A build that is running or has ended in Nomad, which the UI does not show. */
export interface UnseenTrail {
  readonly trail: BuildTrail;
  readonly inNomad: 'running' | 'ended';
  /** The time since it started or ended. */
  readonly ageMs: Milliseconds;
  /** What the UI shows instead; `absent` if it does not list the build. */
  readonly inUi: 'waiting' | 'running' | 'absent';
}

/** The build agent reports its start to the output-processor at once. */
const RUNNING_UNSEEN_MS: Milliseconds = 60_000;
/** The last output may be long. */
const ENDED_UNSEEN_MS: Milliseconds = 120_000;

/**
 * Returns the builds whose state in Nomad is missing in the UI: running ones first, oldest first.
 */
export function unseenTrails(facts: QueueFacts): readonly UnseenTrail[] {
  // Computed once for all trails, because it reads every job.
  const mayLack = isUiEmptier(facts);
  const unseen = facts.trails.flatMap((trail) => unseenTrail(trail, facts, mayLack) ?? []);
  const order = (one: UnseenTrail): number => (one.inNomad === 'running' ? 0 : 1);
  return unseen.sort((a, b) => order(a) - order(b) || b.ageMs - a.ageMs);
}

function unseenTrail(trail: BuildTrail, facts: QueueFacts, mayLack: boolean): UnseenTrail | null {
  const { jobs } = trail;
  if (jobs.length === 0) return null;
  const ui = uiStateOfTrail(trail, facts);
  if (ui === 'ended' || ui === 'unknown') return null;
  const now = nomadNow(facts.snapshot);
  // The smaller age by two clocks, so that one wrong clock causes no finding.
  const inUi = ageAt(serverNow(facts.snapshot), trail.ui?.queuedAt ?? null);
  const running = jobs.filter(
    ({ status, startedAt }) => status === 'running' && startedAt !== null,
  );
  if (running.length > 0) {
    const started = running.map(({ startedAt }) => ageAt(now, startedAt));
    const ageMs = minKnown([...started, inUi]) ?? 0;
    if (ageMs <= RUNNING_UNSEEN_MS || ui === 'running') return null;
    if (ui === 'absent' && !mayLack) return null;
    return { trail, inNomad: 'running', ageMs, inUi: ui };
  }
  if (ui === 'absent' || !jobs.every(({ status }) => status === 'dead')) return null;
  const ended = jobs.map(({ finishedAt, submittedAt }) => ageAt(now, finishedAt ?? submittedAt));
  const ageMs = minKnown([...ended, inUi]) ?? 0;
  return ageMs > ENDED_UNSEEN_MS ? { trail, inNomad: 'ended', ageMs, inUi: ui } : null;
}

/**
 * Returns whether the server counts fewer running builds than Nomad. Otherwise an unlisted build
 * does not count as missing, because the UI's list may be truncated.
 */
function isUiEmptier(facts: QueueFacts): boolean {
  const { server, nomad } = facts.snapshot;
  const counted = known(server.summary)?.running?.builds ?? null;
  const listed = known(server.builds) ?? [];
  const shown = listed.filter((build) => uiStateOf(build) === 'running').length;
  const runs = new Set(
    (known(nomad.jobs) ?? []).flatMap(({ status, slug, buildNumber }) =>
      status === 'running' && slug !== null ? [`${slug} ${buildNumber}`] : [],
    ),
  ).size;
  return counted !== null && counted < runs && shown < runs && listed.length < UI_LIST_LIMIT;
}
