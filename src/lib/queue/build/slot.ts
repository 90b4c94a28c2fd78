import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { StepClock } from './build-facts.ts';
import type { StepId, StepState, TimelineStep } from './timeline.ts';

/** A step before it is known how long after the one before it came. */
export interface DraftStep
  extends Omit<TimelineStep, 'clock' | 'sincePreviousMs' | 'approximate' | 'state'> {
  readonly clock: StepClock | null;
}

/** A step that did not come, or of which nothing is known. */
export interface Gap {
  /** It is known not to have come; false where nothing can be told. */
  readonly absent: boolean;
  /** For so long after the step before it is not late. */
  readonly patienceMs: Milliseconds;
  /** What is said of it where later steps came all the same; left out where that is no news. */
  readonly passed?: string;
  /** Where the cause may be, beside the step's own place. */
  readonly suspects?: readonly Place[];
}

/** A place in a build's way: with a step, or with the gap where one should be. */
export interface Slot {
  readonly step: DraftStep;
  /** Null where the step was done. */
  readonly gap: Gap | null;
}

/** What distinguishes a step; all else is null where it is left out. */
export type StepParts = { readonly id: StepId; readonly place: Place; readonly what: string } & {
  readonly [Key in keyof Omit<DraftStep, 'id' | 'place' | 'what'>]?: DraftStep[Key];
};

/** A step that was done. */
export function done(parts: StepParts): Slot {
  return { step: draft(parts), gap: null };
}

/** A step that was not done, as far as is known. */
export function gap(parts: StepParts, about: Gap): Slot {
  return { step: draft(parts), gap: about };
}

/** A slot as the step that it has come to. */
export interface Settled {
  readonly step: DraftStep;
  readonly state: StepState;
}

function draft(parts: StepParts): DraftStep {
  const nothing = { where: null, at: null, clock: null, task: null, placement: null };
  return { ...nothing, evidence: null, ...parts };
}
