import type { Milliseconds } from '../../clock.ts';
import type { Place } from '../finding.ts';
import type { EvidenceLine } from '../logs/log-facts.ts';
import type { BuildIdentity } from './build-facts.ts';

/** The steps of a build, in the usual order. */
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
  /** A log names the build with an unknown wording. */
  | 'named'
  /** A log contains an error about the build. */
  | 'error';

/** The state of a step. */
export type StepState =
  | 'done'
  /** The next step; not late yet. */
  | 'waiting'
  /** It should have happened by now, but has not: the build is stuck here. */
  | 'stopped'
  /** It did not happen, although later steps did. */
  | 'missing'
  /** There is no evidence. */
  | 'unknown';

/** One step of a build's timeline. */
export interface TimelineStep {
  readonly id: StepId;
  readonly state: StepState;
  readonly place: Place;
  /** The pod or the client; null if unknown. */
  readonly where: string | null;
  /** By the clock named in `clock`; null if unknown. */
  readonly at: Date | null;
  /** The clock of `at`. */
  readonly clock: string | null;
  /** What happened, or why it did not. */
  readonly what: string;
  /** Index of the parallel task; null if the step is about all tasks. */
  readonly task: number | null;
  /** Number of the placement, from 1; null if the step is not about one. */
  readonly placement: number | null;
  /**
   * Time since the previous step, or how long the step has been awaited; null if it is unknown or
   * the clocks contradict each other.
   */
  readonly sincePreviousMs: Milliseconds | null;
  /** Whether the time compares two clocks that are not known to agree. */
  readonly approximate: boolean;
  readonly evidence: EvidenceLine | null;
}

/** The state of a build. */
export type BuildState =
  /** On its way to Nomad, and not late. */
  | 'queued'
  /** In Nomad, but not started on a client yet. */
  | 'pending'
  | 'running'
  | 'finished'
  /** A drain killed it, or its client was lost, and Nomad does not run it again. */
  | 'killed'
  /** Its job was stopped in Nomad, or the build was cancelled: it did not end by itself. */
  | 'stopped'
  /** It is not where it should be by now. */
  | 'lost'
  | 'unknown';

/** Where a build is stuck. */
export interface StoppedAt {
  readonly step: StepId;
  readonly place: Place;
  readonly task: number | null;
  readonly what: string;
  /** For how long; null if unknown. */
  readonly waitingMs: Milliseconds | null;
  /**
   * Where the cause may be: the places from the last one that the build is known to have passed.
   */
  readonly between: readonly Place[];
}

/** The timeline of a build. */
export interface Timeline {
  readonly build: BuildIdentity;
  readonly state: BuildState;
  readonly steps: readonly TimelineStep[];
  /** Null if it is not stuck. */
  readonly stoppedAt: StoppedAt | null;
}
