import type { AllocationId, DrainStrategy, JobId, NodeId } from '../model.ts';

/** Which client an event or a report is about. */
export interface ClientName {
  readonly id: NodeId;
  readonly name: string;
}

/** Something that Nomad placed on a client: a build, or another job's allocation. */
export interface PlacedBuild {
  readonly allocation: AllocationId;
  readonly jobId: JobId;
  /** `ORG-REPO` as the job's ID has it; null for a job that is no build. */
  readonly slug: string | null;
  /** The build's number in its project; null for a job that is no build. */
  readonly number: number | null;
  /** `batch` for builds; null where the server does not say. */
  readonly jobType: string | null;
  /** When Nomad placed it. */
  readonly since: Date | null;
}

/** How something on a draining client ended. */
export type BuildEnd =
  | 'completed'
  | 'failed'
  /** The drain's deadline, or its force, ended it. */
  | 'killed-by-drain'
  /** Its job was stopped by somebody. */
  | 'stopped'
  /** A service or a system job: a drain stops those by design. */
  | 'migrated'
  /** The client went away with it: on a machine that is cut off it may still run. */
  | 'lost'
  /** Nomad has forgotten how. */
  | 'unknown';

/** Something that no longer runs on a client. */
export interface EndedBuild extends PlacedBuild {
  readonly how: BuildEnd;
  readonly exitCode: number | null;
}

/** A killed or lost build, and whether Nomad has it run again. */
export interface DamagedBuild extends EndedBuild {
  /** `waiting`: for a client with room; `no`: the job is dead; null: could not be read. */
  readonly again: 'running' | 'waiting' | 'no' | null;
}

/** What became of a client's drain. */
export type DrainOutcome =
  /** Nothing is left on it, and no build was harmed. */
  | 'drained'
  /** Set, and not waited for to its end. */
  | 'draining'
  /** The run ended before the drain was set. */
  | 'not-set'
  /** Nothing is left on it because the drain killed builds. */
  | 'killed-builds'
  /** Somebody ended the drain, or made the client eligible again. */
  | 'cancelled'
  /** The client went away with builds on it. */
  | 'lost'
  /** Not set, or its state could not be read to the end. */
  | 'failed'
  /** Still draining when the wait ended. */
  | 'timed-out';

/** An error as a report keeps it. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** One client in a {@link DrainReport}. */
export interface DrainedClient extends ClientName {
  readonly outcome: DrainOutcome;
  /**
   * Seen on the client: the drain is over, nothing is pending or running there by client status,
   * and nothing new is placed there.
   */
  readonly safeToTerminate: boolean;
  readonly durationMs: number;
  /** Builds that ended by themselves while we watched. */
  readonly finishedBuilds: readonly EndedBuild[];
  readonly killedBuilds: readonly DamagedBuild[];
  readonly lostBuilds: readonly DamagedBuild[];
  /** What still runs there; null where that is not known. */
  readonly holding: readonly PlacedBuild[] | null;
  readonly error: ReportedError | null;
}

/** How a drain of clients ended. */
export interface DrainReport {
  readonly nodes: readonly DrainedClient[];
  readonly deadlineMs: number | null;
  readonly force: boolean;
  /** The exit code that says the same in one number. */
  readonly exitCode: number;
}

/** What happens during a drain of clients, in its order. The last one is the report. */
export type DrainEvent = { readonly at: Date } & (
  | { readonly type: 'ineligible'; readonly node: ClientName }
  | {
      readonly type: 'drain-set';
      readonly node: ClientName;
      /** A drain of this kind was there before us; its deadline's clock was not restarted. */
      readonly joined: boolean;
      readonly deadlineAt: Date | null;
    }
  | { readonly type: 'already-drained'; readonly node: ClientName }
  | {
      readonly type: 'holding';
      readonly node: ClientName;
      readonly builds: readonly PlacedBuild[];
    }
  | { readonly type: 'build-finished'; readonly node: ClientName; readonly build: EndedBuild }
  | {
      /** Nomad calls the drain complete while tasks still run. */
      readonly type: 'tasks-exiting';
      readonly node: ClientName;
      readonly builds: readonly PlacedBuild[];
    }
  | {
      /** Somebody replaced the drain by another one. */
      readonly type: 'drain-changed';
      readonly node: ClientName;
      readonly strategy: DrainStrategy;
    }
  | {
      readonly type: 'drain-complete';
      readonly node: ClientName;
      readonly outcome: DrainOutcome;
      readonly safeToTerminate: boolean;
    }
  | { readonly type: 'cancelled-by-someone'; readonly node: ClientName }
  | { readonly type: 'node-down'; readonly node: ClientName }
  /** Nomad (1.3 and later) lost sight of it, and waits for it to come back. */
  | { readonly type: 'node-disconnected'; readonly node: ClientName }
  | { readonly type: 'node-vanished'; readonly node: ClientName }
  | {
      readonly type: 'retrying';
      /** Null when a read of all clients failed. */
      readonly node: ClientName | null;
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly retryInMs: number;
    }
  | { readonly type: 'failed'; readonly node: ClientName; readonly error: ReportedError }
  | {
      /** Every ten seconds: we are still there. */
      readonly type: 'waiting';
      readonly clients: number;
      /** How many builds hold them; null while nothing of a client was seen. */
      readonly builds: number | null;
      readonly waitedMs: number;
    }
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  | { readonly type: 'report'; readonly report: DrainReport }
);
