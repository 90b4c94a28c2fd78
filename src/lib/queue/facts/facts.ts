import type { Milliseconds } from '../../clock.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import type { BuildMention, StageLogFacts } from '../logs/log-facts.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { Pipeline, Stage } from '../stages.ts';

/** The trail of a build through the pipeline, combined from all sources that name it. */
export interface BuildTrail {
  /** The key, as returned by `buildKey`. */
  readonly key: string;
  /** `org/repo/number` if known, else the project as in Nomad's job ID. */
  readonly name: string;
  /** The mention of the build in each stage's log. */
  readonly seen: ReadonlyMap<Stage, BuildMention>;
  /** The build's jobs in Nomad, one per parallel task. */
  readonly jobs: readonly JobRow[];
  /** The build in the server's UI. */
  readonly ui: RecentBuild | null;
}

/** A build that has reached a step and has not progressed in time. */
export interface StoppedTrail {
  readonly trail: BuildTrail;
  /** The last step that knows the build; null if only the UI does. */
  readonly at: Stage | null;
  /** The mention in the log of that step; null if only the UI knows the build. */
  readonly mention: BuildMention | null;
  /** How long the build has been at that step. */
  readonly ageMs: Milliseconds;
  /**
   * How long that step has logged nothing about the build. Short for a step that keeps retrying.
   */
  readonly quietMs: Milliseconds;
  /** Whether the UI confirms that the build waits; else only the logs show it. */
  readonly confirmed: boolean;
}

/** A build of which Nomad has some parallel tasks, and not the others. */
export interface PartialTrail {
  readonly trail: BuildTrail;
  /** The build's ID, 24 hexadecimal digits. */
  readonly buildId: string;
  /** The number of its tasks. */
  readonly count: number;
  /** The tasks that Nomad does not have, from 0. */
  readonly missing: readonly number[];
  /** The time since its other tasks reached Nomad. */
  readonly ageMs: Milliseconds;
}

/** A snapshot with the facts derived from it for all rules. */
export interface QueueFacts {
  readonly snapshot: QueueSnapshot;
  /** The pipeline of this installation. */
  readonly pipeline: Pipeline;
  /** Contradictions between the profile's version and the services that run: whole sentences. */
  readonly pipelineNotes: readonly string[];
  /** The stages of the pipeline, in order. */
  readonly stages: readonly Stage[];
  /** The log facts of the stages with a readable log. */
  readonly logs: ReadonlyMap<Stage, StageLogFacts>;
  readonly trails: readonly BuildTrail[];
  /**
   * The stages whose nodes' clocks agree with the cluster's, according to their logs. For other
   * stages, the ages of log lines are lower bounds.
   */
  readonly rightClocks: ReadonlySet<Stage>;
  /** What it means if the UI does not list a build. */
  readonly unlisted: 'absent' | 'unknown';
  /** The builds that have stopped before Nomad, longest first. */
  readonly stopped: readonly StoppedTrail[];
  /** The builds with parallel tasks that never reached Nomad, longest first. */
  readonly partial: readonly PartialTrail[];
}

/** The facts that are derived before the stopped and the partial builds. */
export type TrailFacts = Omit<QueueFacts, 'stopped' | 'partial'>;
