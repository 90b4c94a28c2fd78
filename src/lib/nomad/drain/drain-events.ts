import type { AllocationId, DrainStrategy, JobId, NodeId } from '../model.ts';

/** The client of an event or a report. */
export interface ClientName {
  readonly id: NodeId;
  readonly name: string;
}

/** An allocation on a client: a build, or an allocation of another job. */
export interface PlacedBuild {
  readonly allocation: AllocationId;
  readonly jobId: JobId;
  /** `ORG-REPO` from the job's ID; null for a job that is not a build. */
  readonly slug: string | null;
  /** The number of the build in its project; null for a job that is not a build. */
  readonly number: number | null;
  /** `batch` for builds; null if the server does not report it. */
  readonly jobType: string | null;
  /** The time when Nomad placed it. */
  readonly since: Date | null;
}

/** How an allocation on a draining client ended. */
export type BuildEnd =
  | 'completed'
  | 'failed'
  /** It was killed by the drain's deadline or force. */
  | 'killed-by-drain'
  /** Its job was stopped. */
  | 'stopped'
  /** A service or a system job, which a drain stops by design. */
  | 'migrated'
  /** Nomad lost its client. On a machine that is only disconnected it may still run. */
  | 'lost'
  /** Nomad no longer knows how it ended. */
  | 'unknown';

/** An allocation that no longer runs on its client. */
export interface EndedBuild extends PlacedBuild {
  readonly how: BuildEnd;
  readonly exitCode: number | null;
}

/** A killed or lost build, and whether Nomad restarts it. */
export interface DamagedBuild extends EndedBuild {
  /** `waiting`: until a client has room; `no`: the job is dead; null: could not be read. */
  readonly again: 'running' | 'waiting' | 'no' | null;
}

/** The result of draining a client. */
export type DrainOutcome =
  /** The client has no allocations left, and no build was killed or lost. */
  | 'drained'
  /** The drain is in progress, and its end was not awaited. */
  | 'draining'
  /** The run ended before the drain was set. */
  | 'not-set'
  /** The client has no allocations left, because the drain killed builds. */
  | 'killed-builds'
  /** Somebody ended the drain, or made the client eligible again. */
  | 'cancelled'
  /** The client was lost with builds on it. */
  | 'lost'
  /** The drain could not be set, or its state could not be read. */
  | 'failed'
  /** The drain was still in progress when the timeout expired. */
  | 'timed-out';

/** An error in a report. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** A client in a {@link DrainReport}. */
export interface DrainedClient extends ClientName {
  readonly outcome: DrainOutcome;
  /**
   * Whether it was observed that the drain is over, that no allocation is pending or running by
   * client status, and that the client receives no new ones.
   */
  readonly safeToTerminate: boolean;
  readonly durationMs: number;
  /** Builds that ended by themselves while the drain was watched. */
  readonly finishedBuilds: readonly EndedBuild[];
  readonly killedBuilds: readonly DamagedBuild[];
  readonly lostBuilds: readonly DamagedBuild[];
  /** The allocations that still run; null if unknown. */
  readonly holding: readonly PlacedBuild[] | null;
  readonly error: ReportedError | null;
}

/** The result of draining clients. */
export interface DrainReport {
  readonly nodes: readonly DrainedClient[];
  readonly deadlineMs: number | null;
  readonly force: boolean;
  /** The exit code for the whole result. */
  readonly exitCode: number;
}

/** An event of a drain, in order. The last event is the report. */
export type DrainEvent = { readonly at: Date } & (
  | { readonly type: 'ineligible'; readonly node: ClientName }
  | {
      readonly type: 'drain-set';
      readonly node: ClientName;
      /** Whether a drain of this kind was already in progress, whose deadline was not restarted. */
      readonly joined: boolean;
      readonly deadlineAt: Date | null;
    }
  | { readonly type: 'already-drained'; readonly node: ClientName }
  /** Nomad had missed that the last build has ended: the drain was ended and set again. */
  | { readonly type: 'drain-renewed'; readonly node: ClientName }
  | {
      readonly type: 'holding';
      readonly node: ClientName;
      readonly builds: readonly PlacedBuild[];
    }
  | { readonly type: 'build-finished'; readonly node: ClientName; readonly build: EndedBuild }
  | {
      /** Nomad reports the drain as complete, but tasks still run. */
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
  /** Nomad (1.3 and later) lost contact with the client and waits for it to reconnect. */
  | { readonly type: 'node-disconnected'; readonly node: ClientName }
  | { readonly type: 'node-vanished'; readonly node: ClientName }
  | {
      readonly type: 'retrying';
      /** Null if a read of all clients failed. */
      readonly node: ClientName | null;
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly retryInMs: number;
    }
  | { readonly type: 'failed'; readonly node: ClientName; readonly error: ReportedError }
  | {
      /** Emitted every ten seconds to show that the wait continues. */
      readonly type: 'waiting';
      readonly clients: number;
      /** The number of builds that the drains wait for; null if a client has not been read yet. */
      readonly builds: number | null;
      readonly waitedMs: number;
    }
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  | { readonly type: 'report'; readonly report: DrainReport }
);
