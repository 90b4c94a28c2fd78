import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { StepClock } from './build-facts.ts';
import type { StepId, StepState, TimelineStep } from './timeline.ts';

/** A step before the time since the previous step has been computed. */
export interface DraftStep
  extends Omit<TimelineStep, 'clock' | 'sincePreviousMs' | 'approximate' | 'state'> {
  readonly clock: StepClock | null;
}

/** A step that did not happen, or that is unknown. */
export interface Gap {
  /** Whether it is known not to have happened; false if there is no evidence. */
  readonly absent: boolean;
  /** How long after the previous step it counts as late. */
  readonly patienceMs: Milliseconds;
  /** The text if later steps happened nevertheless; if omitted, the original text. */
  readonly passed?: string;
  /** Further places where the cause may be. */
  readonly suspects?: readonly Place[];
}

/** A position in a build's timeline: a step, or a gap where one should be. */
export interface Slot {
  readonly step: DraftStep;
  /** Null if the step was completed. */
  readonly gap: Gap | null;
}

/** The fields of a step; omitted fields are null. */
export type StepParts = { readonly id: StepId; readonly place: Place; readonly what: string } & {
  readonly [Key in keyof Omit<DraftStep, 'id' | 'place' | 'what'>]?: DraftStep[Key];
};

/** Creates a slot for a completed step. */
export function done(parts: StepParts): Slot {
  return { step: draft(parts), gap: null };
}

/** Creates a slot for a step that is not known to be completed. */
export function gap(parts: StepParts, about: Gap): Slot {
  return { step: draft(parts), gap: about };
}

/** A step with its final state. */
export interface SettledStep {
  readonly step: DraftStep;
  readonly state: StepState;
}

function draft(parts: StepParts): DraftStep {
  const nothing = { where: null, at: null, clock: null, task: null, placement: null };
  return { ...nothing, evidence: null, ...parts };
}
