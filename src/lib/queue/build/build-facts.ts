import type { Milliseconds } from '../../clock.ts';
import type { JobReport } from '../../nomad/jobs/job-report.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import type { ChosenPipeline } from '../choose-pipeline.ts';
import type { EvidenceLine } from '../logs/log-facts.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Stage } from '../stages.ts';

/** The identity of the build that is followed. */
export interface BuildIdentity {
  /** `org/repo/number` if known, else `ORG-REPO/number`, else the build's ID. */
  readonly name: string;
  /** See `buildKey`; null if only the ID is known. */
  readonly key: string | null;
  /** 24 hexadecimal digits; null if neither Nomad nor a log contains it. */
  readonly buildId: string | null;
  readonly number: number | null;
  /** The requested parallel task; null for all tasks. */
  readonly task: number | null;
  readonly url: string | null;
}

/** The clock that a time was read from. Times of different clocks are only roughly comparable. */
export interface StepClock {
  /** `server`, `nomad`, `client NAME` or `node of POD`. */
  readonly name: string;
  /** How far the clock is ahead of this machine's, negative if it is behind; null if unknown. */
  readonly aheadMs: Milliseconds | null;
  /** An estimate, if `aheadMs` is unknown. */
  readonly guessMs?: Milliseconds;
}

/** The meaning of a log record about the build, if its wording is known. */
export type RecordKind =
  | 'got'
  | 'forwarded'
  | 'popped'
  | 'computed'
  | 'posting'
  | 'posted'
  | 'error'
  | 'ended'
  /** It names the build with an unknown wording. */
  | 'named';

/** A record of a stage's log about the build. */
export interface BuildRecord {
  readonly kind: RecordKind;
  readonly at: Date | null;
  readonly clock: StepClock;
  /** Without time, thread and level. */
  readonly message: string;
  /** Index of the parallel task; null if it is about all tasks, or does not say. */
  readonly task: number | null;
  readonly line: EvidenceLine;
}

/** The records of a stage's logs about the build. */
export interface StageRecords {
  /** Oldest first. */
  readonly records: readonly BuildRecord[];
  /**
   * How far back all of its logs are complete: earlier records may be lost. Null if a log could not
   * be read completely.
   */
  readonly reachesBackMs: Milliseconds | null;
}

/** The evidence about one stage. */
export interface StageEvidence {
  readonly stage: Stage;
  /** The name of the stage's service in this version. */
  readonly name: string;
  readonly log: Evidence<StageRecords>;
  /** Whether a pod of the stage is ready; null if the pods are unknown. */
  readonly ready: boolean | null;
}

/** All that is known about the build. */
export interface BuildFacts {
  readonly build: BuildIdentity;
  /** By this machine's clock. */
  readonly now: Date;
  /** The pipeline of this installation, with notes on contradictions. */
  readonly chosen: ChosenPipeline;
  /** The stages of this installation in order. */
  readonly stages: readonly StageEvidence[];
  /** The build's jobs in Nomad, one per parallel task, in order; empty if Nomad has none. */
  readonly jobs: Evidence<readonly JobReport[]>;
  /** The build according to the UI; null if the UI does not list it. */
  readonly ui: Evidence<RecentBuild | null>;
  readonly serverClock: StepClock;
  readonly nomadClock: StepClock;
  /** Notes about how the build was given. */
  readonly notes: readonly string[];
}
