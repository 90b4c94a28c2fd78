import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { StepClock } from './build-facts.ts';
import type { DraftStep, Gap, Settled, Slot } from './slot.ts';
import type { StoppedAt } from './timeline.ts';

/** What the gaps of one way have come to. */
export interface SettledWay {
  readonly steps: readonly Settled[];
  /** Null where it does not stand still. */
  readonly stoppedAt: StoppedAt | null;
  /** It waits for something that is not late. */
  readonly waits: boolean;
}

/**
 * Decides where a build stands: at the first gap after the last step that was done, if it is known
 * that the step did not come. What lies after it is left out; what lies between cannot be told.
 */
export function settle(slots: readonly Slot[], now: Date): SettledWay {
  const last = slots.findLastIndex((slot) => slot.gap === null);
  const at = slots.findIndex((slot, index) => index > last && slot.gap?.absent === true);
  const steps = slots
    .slice(0, at === -1 ? undefined : at)
    .map((slot, index): Settled => settled(slot, index < last));
  const stop = slots[at];
  if (!stop?.gap) return { steps, stoppedAt: null, waits: false };
  const waitingMs = ageOfNewest(slots.slice(0, last + 1), now);
  const { patienceMs } = stop.gap;
  // Without a moment to count from, only what needs no patience is late.
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

/** What is done, or is no longer waited for. */
function settled({ step, gap }: Slot, passed: boolean): Settled {
  if (gap === null) return { step, state: 'done' };
  if (!passed) return { step, state: 'unknown' };
  if (gap.passed !== undefined) return { step: { ...step, what: gap.passed }, state: 'unknown' };
  return { step, state: gap.absent ? 'missing' : 'unknown' };
}

/**
 * Clocks that differ by less are taken for one: how far another is ahead is known from HTTP's `Date`,
 * which has whole seconds, and came some time after it was written.
 */
const RESOLUTION: Milliseconds = 1_500;

/** How far a clock is known to be wrong; 0 for less than can be told. */
export function wrongBy(aheadMs: Milliseconds): Milliseconds {
  return Math.abs(aheadMs) < RESOLUTION ? 0 : aheadMs;
}

/** A moment as this machine's clock would have it; as it is where nothing tells the difference. */
export function onThisClock(at: Date, clock: StepClock | null): number {
  return at.getTime() - wrongBy(clock?.aheadMs ?? clock?.guessMs ?? 0);
}

/** How long ago the newest of the steps was that tell a moment. An error is no step further. */
export function ageOfNewest(slots: readonly Slot[], now: Date): Milliseconds | null {
  const newest = slots.findLast(({ step, gap }) => gap === null && isProgress(step))?.step;
  if (!newest?.at) return null;
  return Math.max(0, now.getTime() - onThisClock(newest.at, newest.clock));
}

/** Whether time is counted from a step: it tells its moment, and brought the build on. */
export function isProgress({ id, at }: DraftStep): boolean {
  return at !== null && id !== 'error';
}

/** The stop's own place first, then back to the last one that the build is known to have reached. */
function placesBetween(slots: readonly Slot[], { suspects = [] }: Gap): readonly Place[] {
  const places = slots.map(({ step }) => step.place).reverse();
  return [...new Set([...places, ...suspects])];
}
