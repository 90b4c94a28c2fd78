import type { Milliseconds } from '../clock.ts';
import type { Finding } from './finding.ts';
import type { Pipeline } from './stages.ts';

/** The state of a step in the operations guide's decision tree. */
export type StepState = 'ok' | 'idle' | 'warning' | 'broken' | 'unknown' | 'not-asked';

/** A step of the operations guide's decision tree, with the numbers behind its state. */
export interface Step {
  /** A name that is the same in every server version, such as `dispatcher` or `clients`. */
  readonly step: string;
  /** The name in this version, such as `distributor` instead of `dispatcher` from 4.3 on. */
  readonly name: string;
  readonly state: StepState;
  readonly text: string;
  /** The numbers in the text, durations in milliseconds; null for unknown ones. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** A finding with its cause. */
export interface JudgedFinding extends Finding {
  /** The code of the finding that causes this one; null for a root cause. */
  readonly causedBy: string | null;
  /** The page about the finding, relative to the root of the package. */
  readonly ref: string;
}

/** The answer to "why are builds queued?". */
export interface Verdict {
  readonly state: 'healthy' | 'idle' | 'degraded' | 'broken' | 'unknown';
  /** One or two sentences. */
  readonly text: string;
  /** The code of the first finding; null if there is none. */
  readonly cause: string | null;
  /** The number of waiting builds; null if unknown. */
  readonly waiting: number | null;
  /** The next command to run; null if there is none. */
  readonly next: string | null;
}

/** The result of applying the rules to a snapshot. */
export interface Diagnosis {
  readonly installation: string;
  readonly takenAt: Date;
  readonly windowMs: Milliseconds;
  /** The pipeline, named after the first of the services that carry builds. */
  readonly pipeline: Pipeline;
  readonly verdict: Verdict;
  /** The steps in the order of the tree. */
  readonly steps: readonly Step[];
  /** The findings, root cause first. */
  readonly findings: readonly JudgedFinding[];
  /** What was not checked and why, and other remarks. */
  readonly notes: readonly string[];
}
