import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import type { BuildMention, StageLogFacts } from '../logs/log-facts.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';

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

/** A snapshot with what can be worked out of it once, for all rules. */
export interface QueueFacts {
  readonly snapshot: QueueSnapshot;
  /** The stages that this installation has, in order. */
  readonly stages: readonly Stage[];
  /** Of the stages whose log could be read. */
  readonly logs: ReadonlyMap<Stage, StageLogFacts>;
  readonly trails: readonly BuildTrail[];
}
