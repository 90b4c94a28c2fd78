import type { Milliseconds } from '../../clock.ts';
import type { Stage } from '../stages.ts';

/** A verbatim log line, as evidence. */
export interface EvidenceLine {
  readonly pod: string;
  /** RFC 3339, by the clock of the pod's node; empty if unknown. */
  readonly time: string;
  readonly text: string;
}

/** What a stage's log contains about a build. Ages are by the clock of the pod's node. */
export interface BuildMention {
  readonly firstAgeMs: Milliseconds | null;
  readonly lastAgeMs: Milliseconds | null;
  /** Time since the stage finished with the build; null if the log does not say so. */
  readonly handedOnMs: Milliseconds | null;
  /** The parallel tasks that it names, from 0. */
  readonly tasks: readonly number[];
  /** The first lines that name it, five at most. */
  readonly lines: readonly EvidenceLine[];
  /** Whether an error names the build, or comes from the thread that was working on it. */
  readonly failed: boolean;
  /**
   * Only for schedulerer: whether a log line with a known wording says that the job was posted to
   * Nomad.
   */
  readonly posted: boolean;
}

/** Errors of one kind, which differ only in numbers and names. */
export interface LogError {
  readonly level: string | null;
  /** For example `schedulerer.scheduler`. */
  readonly namespace: string | null;
  readonly message: string;
  /** For example `java.net.ConnectException`; null if there is none. */
  readonly exception: string | null;
  /** The causes in the stack trace, outermost first. */
  readonly causes: readonly string[];
  /** Number of stack trace lines that are not shown, of all occurrences. */
  readonly frames: number;
  readonly count: number;
  readonly firstAgeMs: Milliseconds | null;
  readonly lastAgeMs: Milliseconds | null;
  /** Whether work succeeded after the last error, so that the problem may be over. */
  readonly recovered: boolean;
  /** Whether work succeeded after the first error, that is, between errors of this kind. */
  readonly survived: boolean;
  /** The newest occurrence: its line, the first frames and the causes; six lines at most. */
  readonly lines: readonly EvidenceLine[];
  /** Keys of the builds that it names, or that its thread was working on. */
  readonly builds: readonly string[];
}

/** The facts about one container's log. */
export interface PodLogFacts {
  readonly pod: string;
  readonly container: string;
  readonly lines: number;
  /** Age of the oldest line read, or of the container's start if the log is complete. */
  readonly reachesBackMs: Milliseconds | null;
  /** Age of the newest line of any kind. */
  readonly lastLineAgeMs: Milliseconds | null;
  /** Age of the newest heartbeat; null if there is none. */
  readonly lastBeatAgeMs: Milliseconds | null;
  readonly lastBeat: EvidenceLine | null;
}

/** The facts about the logs of a stage's containers. */
export interface StageLogFacts {
  readonly stage: Stage;
  readonly pods: readonly PodLogFacts[];
  /** Whether the logs contain only heartbeats or nothing. */
  readonly idle: boolean;
  /** Age of the newest healthy record about a build; null if there is none. */
  readonly lastEventAgeMs: Milliseconds | null;
  /** Number of builds that were processed. */
  readonly events: number;
  /**
   * Whether builds pass as often as before according to the log, so that recent errors block
   * nothing yet.
   */
  readonly atPace: boolean;
  readonly errors: readonly LogError[];
  /** Problems reported below the level ERROR. They count only if builds wait and they repeat. */
  readonly troubles: readonly LogError[];
  /** By {@link buildKey}. */
  readonly builds: ReadonlyMap<string, BuildMention>;
  /** `host:port` of the output-processor for clients, from schedulerer's log; null if not found. */
  readonly outputAddress: string | null;
}
