import type { Milliseconds } from '../../clock.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { uiStateOf } from '../facts/ui-state.ts';
import type { StepClock } from './build-facts.ts';
import { done, gap, type Slot } from './slot.ts';

/** So long the UI may be behind Nomad. */
const START_PATIENCE: Milliseconds = 60_000;
const END_PATIENCE: Milliseconds = 120_000;

/** Whether the UI shows a build as ended. */
export function endedInUi(build: RecentBuild): boolean {
  return uiStateOf(build) === 'ended';
}

/** Whether the UI shows a build as running, or as one that has run. */
export function startedInUi(build: RecentBuild): boolean {
  return build.startedAt !== null || uiStateOf(build) === 'running' || endedInUi(build);
}

/** That it was queued. */
export function queuedSlots(ui: RecentBuild | null, clock: StepClock): readonly Slot[] {
  if (ui === null) return [];
  const what = ui.startedBy === null ? 'queued in the UI' : `queued in the UI by ${ui.startedBy}`;
  return [done({ id: 'queued', place: 'server', at: ui.queuedAt, clock, what })];
}

/** That the UI shows it as running, or does not although it has started. */
export function shownRunning(ui: RecentBuild | null, clock: StepClock): readonly Slot[] {
  // What the UI does not list is neither shown nor not shown: its list ends somewhere.
  if (ui === null) return [];
  const step = { id: 'shown-running', place: 'server', at: ui.startedAt, clock } as const;
  if (ui.startedAt !== null) return [done({ ...step, what: 'the UI shows it as running' })];
  // A word that nobody knows may mean anything.
  if (uiStateOf(ui) !== 'waiting') return [];
  const what = `the UI shows it as ${ui.status ?? 'queued'}, not as running`;
  const suspects = ['output-processor', 'clients'] as const;
  const late = { absent: true, patienceMs: START_PATIENCE, suspects };
  return [gap({ ...step, place: 'output-processor', what }, late)];
}

/** That the UI shows it as ended, or does not although it has. */
export function shownEnded(ui: RecentBuild | null, clock: StepClock): readonly Slot[] {
  if (ui === null) return [];
  const step = { id: 'shown-ended', place: 'server', at: ui.stoppedAt, clock } as const;
  if (endedInUi(ui)) {
    return [done({ ...step, what: `the UI shows it as ${ui.status ?? 'ended'}` })];
  }
  if (uiStateOf(ui) === 'unknown') return [];
  const what = `the UI shows it as ${ui.status ?? 'queued'}, although it has ended`;
  const late = { absent: true, patienceMs: END_PATIENCE, suspects: ['output-processor'] as const };
  return [gap({ ...step, place: 'output-processor', what }, late)];
}
