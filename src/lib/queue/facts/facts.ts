import type { Milliseconds } from '../../clock.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import type { BuildMention, StageLogFacts } from '../logs/log-facts.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { Pipeline, Stage } from '../stages.ts';

/** One build on its way, put together from all that name it. */
export interface BuildTrail {
  /** See `buildKey`. */
  readonly key: string;
  /** `org/repo/number` where that is known, else as Nomad's job ID has it. */
  readonly name: string;
  /** What each stage's log says of it. */
  readonly seen: ReadonlyMap<Stage, BuildMention>;
  /** Its jobs in Nomad: one for each parallel task. */
  readonly jobs: readonly JobRow[];
  /** What the UI believes. */
  readonly ui: RecentBuild | null;
}

/** A build that got to some step, should be further, and is not. */
export interface StoppedTrail {
  readonly trail: BuildTrail;
  /** The last step that knows of it; null where only the UI does. */
  readonly at: Stage | null;
  /** What the log of that step says of it; null where only the UI knows of it. */
  readonly mention: BuildMention | null;
  /** For how long it has been there. */
  readonly ageMs: Milliseconds;
  /** For how long that step has said nothing more of it: one that tries again and again talks. */
  readonly quietMs: Milliseconds;
  /** The UI says that it waits; else nobody can be asked, and the logs alone tell. */
  readonly confirmed: boolean;
}

/** A snapshot with what can be worked out of it once, for all rules. */
export interface QueueFacts {
  readonly snapshot: QueueSnapshot;
  /** Which services carry builds in this installation. */
  readonly pipeline: Pipeline;
  /** Its stages, in order. */
  readonly stages: readonly Stage[];
  /** Of the stages whose log could be read. */
  readonly logs: ReadonlyMap<Stage, StageLogFacts>;
  readonly trails: readonly BuildTrail[];
  /**
   * The stages whose nodes' clocks go with the cluster's, as far as their logs tell. Where one does not,
   * the ages of its lines are only known to be no less than is said.
   */
  readonly rightClocks: ReadonlySet<Stage>;
  /** What it means that the UI does not list a build. */
  readonly unlisted: 'absent' | 'unknown';
  /** The builds that have stopped before Nomad, the longest first. */
  readonly stopped: readonly StoppedTrail[];
}

/** What is known before it is worked out which builds have stopped. */
export type TrailFacts = Omit<QueueFacts, 'stopped'>;
