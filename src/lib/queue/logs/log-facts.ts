import type { Milliseconds } from '../../clock.ts';
import type { Stage } from '../stages.ts';

/** A very line of a log, as evidence. */
export interface EvidenceLine {
  readonly pod: string;
  /** RFC 3339, by the clock of the pod's node; empty where unknown. */
  readonly time: string;
  readonly text: string;
}

/** What a stage's log says of one build. Ages are by the clock of the pod's node. */
export interface BuildMention {
  readonly firstAgeMs: Milliseconds | null;
  readonly lastAgeMs: Milliseconds | null;
  /** For how long the stage has been done with it; null where it does not say so. */
  readonly handedOnMs: Milliseconds | null;
  /** The first lines that name it, at most five. */
  readonly lines: readonly EvidenceLine[];
  /** Some line that names it is an error, or one of the thread that was at work on it. */
  readonly failed: boolean;
  /** Schedulerer only: the log says that the job was posted to Nomad, as far as its wording is known. */
  readonly posted: boolean;
}

/** Errors of one kind: alike but for numbers and names. */
export interface LogError {
  readonly level: string | null;
  /** Such as `schedulerer.scheduler`. */
  readonly namespace: string | null;
  readonly message: string;
  /** Such as `java.net.ConnectException`; null where there is none. */
  readonly exception: string | null;
  /** What it says it was caused by, outermost first. */
  readonly causes: readonly string[];
  /** How many lines of stack trace were folded away, of all of its occurrences. */
  readonly frames: number;
  readonly count: number;
  readonly firstAgeMs: Milliseconds | null;
  readonly lastAgeMs: Milliseconds | null;
  /** A healthy event of the same kind of work came after the last one: it may have passed. */
  readonly recovered: boolean;
  /** The same after the first one: work goes well between errors of this kind. */
  readonly survived: boolean;
  /** The newest occurrence: its line, the first frames, the causes; at most six. */
  readonly lines: readonly EvidenceLine[];
  /** Keys of the builds that it names, or that its thread was at work on. */
  readonly builds: readonly string[];
}

/** One container's log. */
export interface PodLogFacts {
  readonly pod: string;
  readonly container: string;
  readonly lines: number;
  /** The age of the oldest line that was read, or of the container's start where all was read. */
  readonly reachesBackMs: Milliseconds | null;
  /** Age of the newest line of any kind. */
  readonly lastLineAgeMs: Milliseconds | null;
  /** Age of the newest `Still running`; null where the log has none. */
  readonly lastBeatAgeMs: Milliseconds | null;
  readonly lastBeat: EvidenceLine | null;
}

/** The logs of a stage's containers, judged. */
export interface StageLogFacts {
  readonly stage: Stage;
  readonly pods: readonly PodLogFacts[];
  /** Nothing but beats, or nothing at all. */
  readonly idle: boolean;
  /** Age of the newest healthy event of work; null where there is none. */
  readonly lastEventAgeMs: Milliseconds | null;
  /** How many builds were worked on. */
  readonly events: number;
  /** Work goes well as often as before, as far as the log tells: errors of late hold nothing up yet. */
  readonly atPace: boolean;
  readonly errors: readonly LogError[];
  /** What says below ERROR that something does not work: it counts where builds wait and it repeats. */
  readonly troubles: readonly LogError[];
  /** By {@link buildKey}. */
  readonly builds: ReadonlyMap<string, BuildMention>;
  /** `host:port` of the output-processor as clients reach it, where the schedulerer's log says so. */
  readonly outputAddress: string | null;
}
