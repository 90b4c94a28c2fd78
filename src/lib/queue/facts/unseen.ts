import type { Milliseconds } from '../../clock.ts';
import { known } from '../snapshot/evidence.ts';
import type { BuildTrail, QueueFacts } from './facts.ts';
import { ageAt, least, nomadNow, serverNow } from './moments.ts';
import { uiOf } from './stopped.ts';
import { UI_LIST_LIMIT, uiStateOf } from './ui-state.ts';

/** A build that Nomad runs or has run, and the UI does not know it. */
export interface UnseenTrail {
  readonly trail: BuildTrail;
  readonly inNomad: 'running' | 'ended';
  /** How long ago it was started, or has ended. */
  readonly ageMs: Milliseconds;
  /** What the UI has instead; `absent` where it does not list it. */
  readonly inUi: 'waiting' | 'running' | 'absent';
}

/** The build agent tells the output-processor at once that it has begun. */
const RUNNING_UNSEEN_MS: Milliseconds = 60_000;
/** The last output may be long. */
const ENDED_UNSEEN_MS: Milliseconds = 120_000;

/** Builds of which the UI does not know what Nomad knows: running ones first, the oldest first. */
export function unseenTrails(facts: QueueFacts): readonly UnseenTrail[] {
  // Once for all: it looks at every job.
  const mayLack = isUiEmptier(facts);
  const unseen = facts.trails.flatMap((trail) => unseenTrail(trail, facts, mayLack) ?? []);
  const order = (one: UnseenTrail): number => (one.inNomad === 'running' ? 0 : 1);
  return unseen.sort((a, b) => order(a) - order(b) || b.ageMs - a.ageMs);
}

function unseenTrail(trail: BuildTrail, facts: QueueFacts, mayLack: boolean): UnseenTrail | null {
  const { jobs } = trail;
  if (jobs.length === 0) return null;
  const ui = uiOf(trail, facts);
  if (ui === 'ended' || ui === 'unknown') return null;
  const now = nomadNow(facts.snapshot);
  // By each of two clocks: one that is wrong makes no finding.
  const inUi = ageAt(serverNow(facts.snapshot), trail.ui?.queuedAt ?? null);
  const running = jobs.filter(
    ({ status, startedAt }) => status === 'running' && startedAt !== null,
  );
  if (running.length > 0) {
    const started = running.map(({ startedAt }) => ageAt(now, startedAt));
    const ageMs = least([...started, inUi]) ?? 0;
    if (ageMs <= RUNNING_UNSEEN_MS || ui === 'running') return null;
    if (ui === 'absent' && !mayLack) return null;
    return { trail, inNomad: 'running', ageMs, inUi: ui };
  }
  if (ui === 'absent' || !jobs.every(({ status }) => status === 'dead')) return null;
  const ended = jobs.map(({ finishedAt, submittedAt }) => ageAt(now, finishedAt ?? submittedAt));
  const ageMs = least([...ended, inUi]) ?? 0;
  return ageMs > ENDED_UNSEEN_MS ? { trail, inNomad: 'ended', ageMs, inUi: ui } : null;
}

/** The list may be cut: only where the server counts fewer than Nomad runs, one is missing. */
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
