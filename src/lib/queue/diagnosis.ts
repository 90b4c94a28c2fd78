import type { Milliseconds } from '../clock.ts';
import type { Finding } from './finding.ts';
import type { Pipeline } from './stages.ts';

/** How a step of the operations guide's tree does. */
export type StepState = 'ok' | 'idle' | 'warning' | 'broken' | 'unknown' | 'not-asked';

/** A step of the operations guide's tree, and the numbers that say how it does. */
export interface Step {
  /** Such as `dispatcher` or `clients`: the same in every version of the server. */
  readonly step: string;
  /** What it is called in this version: `distributor` for `dispatcher`, from 4.3 on. */
  readonly name: string;
  readonly state: StepState;
  readonly text: string;
  /** The numbers of the text, durations in milliseconds; null where one is not known. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** A finding in its place among the others. */
export interface JudgedFinding extends Finding {
  /** Code of the finding that explains this one; null for a root. */
  readonly causedBy: string | null;
  /** The page that says more, from the top of the package. */
  readonly ref: string;
}

/** The answer to "why are builds queued?". */
export interface Verdict {
  readonly state: 'healthy' | 'idle' | 'degraded' | 'broken' | 'unknown';
  /** A sentence or two. */
  readonly text: string;
  /** Code of the first finding; null where there is none. */
  readonly cause: string | null;
  /** Builds that wait; null where nobody could be asked. */
  readonly waiting: number | null;
  /** The command to run next; null where there is none. */
  readonly next: string | null;
}

/** What the rules make of a snapshot. */
export interface Diagnosis {
  readonly installation: string;
  readonly takenAt: Date;
  readonly windowMs: Milliseconds;
  /** Which services carry builds there, by the first of them. */
  readonly pipeline: Pipeline;
  readonly verdict: Verdict;
  /** In the order of the tree. */
  readonly steps: readonly Step[];
  /** The root of all evil first. */
  readonly findings: readonly JudgedFinding[];
  /** What was not looked at and why, and what else is worth knowing. */
  readonly notes: readonly string[];
}
