import type { Milliseconds } from '../../clock.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { uiStateOf } from '../facts/ui-state.ts';
import type { StepClock } from './build-facts.ts';
import { done, gap, type Slot } from './slot.ts';

/** The maximum normal delay of the UI behind Nomad. */
const START_PATIENCE: Milliseconds = 60_000;
const END_PATIENCE: Milliseconds = 120_000;

/** Returns whether the UI shows a build as ended. */
export function endedInUi(build: RecentBuild): boolean {
  return uiStateOf(build) === 'ended';
}

/** Returns whether the UI shows a build as running, or as having run. */
export function startedInUi(build: RecentBuild): boolean {
  return build.startedAt !== null || uiStateOf(build) === 'running' || endedInUi(build);
}

/** Returns the step of being queued in the UI. */
export function queuedSlots(ui: RecentBuild | null, clock: StepClock): readonly Slot[] {
  if (ui === null) return [];
  const what = ui.startedBy === null ? 'queued in the UI' : `queued in the UI by ${ui.startedBy}`;
  return [done({ id: 'queued', place: 'server', at: ui.queuedAt, clock, what })];
}

/** Returns the step of being shown as running in the UI, or the gap if it is not shown as such. */
export function shownRunning(ui: RecentBuild | null, clock: StepClock): readonly Slot[] {
  // The UI's list is limited: a build that it does not contain gives no evidence.
  if (ui === null) return [];
  const step = { id: 'shown-running', place: 'server', at: ui.startedAt, clock } as const;
  if (ui.startedAt !== null) return [done({ ...step, what: 'the UI shows it as running' })];
  // An unknown status may mean anything.
  if (uiStateOf(ui) !== 'waiting') return [];
  const what = `the UI shows it as ${ui.status ?? 'queued'}, not as running`;
  const suspects = ['output-processor', 'clients'] as const;
  const late = { absent: true, patienceMs: START_PATIENCE, suspects };
  return [gap({ ...step, place: 'output-processor', what }, late)];
}

/** Returns the step of being shown as ended in the UI, or the gap if it is not shown as such. */
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
