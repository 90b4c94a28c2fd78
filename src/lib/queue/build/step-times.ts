import type { Milliseconds } from '../../clock.ts';
import type { StepClock } from './build-facts.ts';
import { isProgress, onThisClock, significantOffset } from './settle.ts';
import type { DraftStep, SettledStep } from './slot.ts';
import type { TimelineStep } from './timeline.ts';

/** By how much a step may precede the previous one if their clocks differ. */
const AGREE: Milliseconds = 1_000;

type StepTime = Pick<TimelineStep, 'sincePreviousMs' | 'approximate'>;

/**
 * Adds to each step the time since the previous one.
 *
 * @param before the step before the first of them
 */
export function withTimes(
  steps: readonly SettledStep[],
  now: Date,
  before: DraftStep | null = null,
): readonly TimelineStep[] {
  let previous = before;
  return steps.map(({ step, state }) => {
    const since = sinceOf({ step, state }, previous, now);
    if (state === 'done' && isProgress(step)) previous = step;
    const { clock, ...rest } = step;
    return { ...rest, state, clock: clock?.name ?? null, ...since };
  });
}

const UNKNOWN: StepTime = { sincePreviousMs: null, approximate: false };

function sinceOf({ step, state }: SettledStep, previous: DraftStep | null, now: Date): StepTime {
  if (state === 'done') return sinceBetween(previous, step);
  return state === 'waiting' || state === 'stopped' ? sinceNow(previous, now) : UNKNOWN;
}

function sinceBetween(from: DraftStep | null, to: DraftStep): StepTime {
  if (!from?.at || !to.at) return UNKNOWN;
  if (from.clock?.name === to.clock?.name) {
    const sincePreviousMs = Math.max(0, to.at.getTime() - from.at.getTime());
    return { sincePreviousMs, approximate: false };
  }
  const since = onThisClock(to.at, to.clock) - onThisClock(from.at, from.clock);
  const approximate = !clocksAgree(from.clock, to.clock);
  // The order of the times contradicts the order of the steps: the clocks differ by an unknown
  // offset.
  if (since < -AGREE) return { sincePreviousMs: null, approximate: true };
  // A step seems to precede the one before it by less than the clocks can be compared.
  return { sincePreviousMs: Math.max(0, since), approximate: approximate || since < 0 };
}

function sinceNow(from: DraftStep | null, now: Date): StepTime {
  if (!from?.at) return UNKNOWN;
  const since = now.getTime() - onThisClock(from.at, from.clock);
  const approximate = from.clock?.aheadMs === null;
  return since < -AGREE
    ? { sincePreviousMs: null, approximate: true }
    : { sincePreviousMs: Math.max(0, since), approximate };
}

function clocksAgree(a: StepClock | null, b: StepClock | null): boolean {
  if (a === null || b === null || a.aheadMs === null || b.aheadMs === null) return false;
  return Math.abs(significantOffset(a.aheadMs) - significantOffset(b.aheadMs)) <= AGREE;
}
