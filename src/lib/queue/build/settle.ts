import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { StepClock } from './build-facts.ts';
import type { DraftStep, Gap, SettledStep, Slot } from './slot.ts';
import type { StoppedAt } from './timeline.ts';

/** A track after its gaps have been settled. */
export interface SettledTrack {
  readonly steps: readonly SettledStep[];
  /** Null if it is not stuck. */
  readonly stoppedAt: StoppedAt | null;
  /** Whether the next step is missing, but not late yet. */
  readonly waits: boolean;
}

/**
 * Determines where a build is: at the first gap after the last completed step that is known to be
 * absent. Later slots are dropped; gaps in between without evidence are unknown.
 */
export function settle(slots: readonly Slot[], now: Date): SettledTrack {
  const last = slots.findLastIndex((slot) => slot.gap === null);
  const at = slots.findIndex((slot, index) => index > last && slot.gap?.absent === true);
  const steps = slots
    .slice(0, at === -1 ? undefined : at)
    .map((slot, index): SettledStep => settled(slot, index < last));
  const stop = slots[at];
  if (!stop?.gap) return { steps, stoppedAt: null, waits: false };
  const waitingMs = ageOfNewest(slots.slice(0, last + 1), now);
  const { patienceMs } = stop.gap;
  // Without a time to count from, only a step with no patience is late.
  const late = waitingMs === null ? patienceMs === 0 : waitingMs >= patienceMs;
  const state = late ? 'stopped' : 'waiting';
  const { step } = stop;
  const stoppedAt = late
    ? {
        step: step.id,
        place: step.place,
        task: step.task,
        what: step.what,
        waitingMs,
        between: placesBetween(slots.slice(Math.max(0, last), at + 1), stop.gap),
      }
    : null;
  return { steps: [...steps, { step, state }], stoppedAt, waits: !late };
}

/** Settles a slot before the current step. */
function settled({ step, gap }: Slot, passed: boolean): SettledStep {
  if (gap === null) return { step, state: 'done' };
  if (!passed) return { step, state: 'unknown' };
  if (gap.passed !== undefined) return { step: { ...step, what: gap.passed }, state: 'unknown' };
  return { step, state: gap.absent ? 'missing' : 'unknown' };
}

/**
 * Smaller clock offsets count as none: an offset is derived from HTTP's `Date`, which has whole
 * seconds and arrives some time after it was written.
 */
const RESOLUTION: Milliseconds = 1_500;

/** Returns a clock offset; 0 if it is below the resolution. */
export function significantOffset(aheadMs: Milliseconds): Milliseconds {
  return Math.abs(aheadMs) < RESOLUTION ? 0 : aheadMs;
}

/** Converts a time to this machine's clock, in milliseconds; unchanged if the offset is unknown. */
export function onThisClock(at: Date, clock: StepClock | null): number {
  return at.getTime() - significantOffset(clock?.aheadMs ?? clock?.guessMs ?? 0);
}

/** Returns the age of the newest completed step with a time. Errors do not count as progress. */
export function ageOfNewest(slots: readonly Slot[], now: Date): Milliseconds | null {
  const newest = slots.findLast(({ step, gap }) => gap === null && isProgress(step))?.step;
  if (!newest?.at) return null;
  return Math.max(0, now.getTime() - onThisClock(newest.at, newest.clock));
}

/** Returns whether time is counted from a step: it has a time and is not an error. */
export function isProgress({ id, at }: DraftStep): boolean {
  return at !== null && id !== 'error';
}

/**
 * Returns the gap's own place first, then the places back to the last one that the build reached.
 */
function placesBetween(slots: readonly Slot[], { suspects = [] }: Gap): readonly Place[] {
  const places = slots.map(({ step }) => step.place).reverse();
  return [...new Set([...places, ...suspects])];
}
