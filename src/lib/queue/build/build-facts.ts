import type { Milliseconds } from '../../clock.ts';
import type { JobReport } from '../../nomad/jobs/job-report.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import type { EvidenceLine } from '../logs/log-facts.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Stage } from '../stages.ts';

/** Which build is followed. */
export interface BuildIdentity {
  /** `org/repo/number` where that is known, else `ORG-REPO/number`, else the build's ID. */
  readonly name: string;
  /** See `buildKey`; null where only the ID is known. */
  readonly key: string | null;
  /** 24 hexadecimal digits; null where neither Nomad nor a log has told it. */
  readonly buildId: string | null;
  readonly number: number | null;
  /** The one parallel task that was asked for; null for all of them. */
  readonly task: number | null;
  readonly url: string | null;
}

/** Whose clock a moment was read from. Moments of different clocks are only nearly comparable. */
export interface StepClock {
  /** `server`, `nomad`, `client NAME` or `node of POD`. */
  readonly name: string;
  /** How far it is ahead of this machine's, negative where it is behind; null where unknown. */
  readonly aheadMs: Milliseconds | null;
  /** What that seems to be, where it is not known. */
  readonly guessMs?: Milliseconds;
}

/** What a log record says of the build, as far as its wording is known. */
export type RecordKind =
  | 'got'
  | 'forwarded'
  | 'popped'
  | 'computed'
  | 'posting'
  | 'posted'
  | 'error'
  | 'ended'
  /** It names the build, in words that say no more. */
  | 'named';

/** One record of a stage's log that is about the build. */
export interface BuildRecord {
  readonly kind: RecordKind;
  readonly at: Date | null;
  readonly clock: StepClock;
  /** Without time, thread and level. */
  readonly message: string;
  /** Which parallel task; null where it is about all of them, or does not say. */
  readonly task: number | null;
  readonly line: EvidenceLine;
}

/** What a stage's logs say of the build. */
export interface StageRecords {
  /** Oldest first. */
  readonly records: readonly BuildRecord[];
  /**
   * How far back all of its logs reach, in time before now: what is older may have been there and is
   * lost. Null where nothing could be read to its end.
   */
  readonly reachesBackMs: Milliseconds | null;
}

/** What is known of one stage. */
export interface StageEvidence {
  readonly stage: Stage;
  /** What it is called in this version. */
  readonly name: string;
  readonly log: Evidence<StageRecords>;
  /** Whether a pod of it is ready; null where pods are not known. */
  readonly ready: boolean | null;
}

/** All that is known of one build. */
export interface BuildFacts {
  readonly build: BuildIdentity;
  /** By this machine's clock. */
  readonly now: Date;
  /** Stages that this installation has, in their order. */
  readonly stages: readonly StageEvidence[];
  /** Its jobs in Nomad, one for each parallel task, in their order; none where Nomad has none. */
  readonly jobs: Evidence<readonly JobReport[]>;
  /** What the UI believes; null where it does not list the build. */
  readonly ui: Evidence<RecentBuild | null>;
  readonly serverClock: StepClock;
  readonly nomadClock: StepClock;
  /** What is worth saying of how the build was named. */
  readonly notes: readonly string[];
}
