import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { EvidenceLine } from '../logs/log-facts.ts';
import type { BuildIdentity } from './build-facts.ts';

/** What happens to a build on its way, in the usual order. */
export type StepId =
  | 'queued'
  | 'legacy-got'
  | 'legacy-forwarded'
  | 'dispatcher-popped'
  | 'dispatcher-computed'
  | 'schedulerer-got'
  | 'schedulerer-posting'
  | 'schedulerer-posted'
  | 'registered'
  | 'evaluated'
  | 'placed'
  | 'received'
  | 'started'
  | 'output'
  | 'shown-running'
  | 'finished'
  | 'output-ended'
  | 'shown-ended'
  /** A log names the build, in words that say no more. */
  | 'named'
  /** A log tells of an error with it. */
  | 'error';

/** How a step stands. */
export type StepState =
  | 'done'
  /** It should come next, and is not late yet. */
  | 'waiting'
  /** It should have come, and did not: here the build stands still. */
  | 'stopped'
  /** It did not come, though later ones did. */
  | 'missing'
  /** It cannot be told. */
  | 'unknown';

/** One step of a build. */
export interface TimelineStep {
  readonly id: StepId;
  readonly state: StepState;
  readonly place: Place;
  /** The pod or the client where that is known. */
  readonly where: string | null;
  /** By the clock of `clock`; null where no moment is told. */
  readonly at: Date | null;
  /** Whose clock `at` is read from. */
  readonly clock: string | null;
  /** What happened, or why it did not. */
  readonly what: string;
  /** Which parallel task; null where it is about all of them. */
  readonly task: number | null;
  /** Which of its placements, from 1; null where it is about none. */
  readonly placement: number | null;
  /**
   * Time since the step before, or for how long it has been waited for; null where it is not known
   * or the clocks contradict each other.
   */
  readonly sincePreviousMs: Milliseconds | null;
  /** Two clocks are compared that are not known to agree. */
  readonly approximate: boolean;
  readonly evidence: EvidenceLine | null;
}

/** What has become of a build. */
export type BuildState =
  /** On its way to Nomad, and not late. */
  | 'queued'
  /** In Nomad, not on a client yet. */
  | 'pending'
  | 'running'
  | 'finished'
  /** A drain killed it, or its client was lost, and nothing runs it again. */
  | 'killed'
  /** Someone stopped its job in Nomad, or cancelled it: it did not end by itself. */
  | 'stopped'
  /** It did not arrive where it should be by now. */
  | 'lost'
  | 'unknown';

/** Where a build stands still. */
export interface StoppedAt {
  readonly step: StepId;
  readonly place: Place;
  readonly task: number | null;
  readonly what: string;
  /** For how long; null where that cannot be told. */
  readonly waitingMs: Milliseconds | null;
  /** The places in which the cause may be: from the last one that it is known to have passed. */
  readonly between: readonly Place[];
}

/** A build's way, step by step. */
export interface Timeline {
  readonly build: BuildIdentity;
  readonly state: BuildState;
  readonly steps: readonly TimelineStep[];
  /** Null where it does not stand still. */
  readonly stoppedAt: StoppedAt | null;
}
