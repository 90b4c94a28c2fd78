import type { Clock, Milliseconds } from '../../clock.ts';

/** Options for reading logs. */
export interface LogsOptions {
  readonly follow: boolean;
  /** Whether to read the previous run of each container. */
  readonly previous: boolean;
  /** The maximum age of lines, in milliseconds; null for no limit. */
  readonly sinceMs: Milliseconds | null;
  /** The number of last lines of each container; null for all. */
  readonly tail: number | null;
  /** Lines must match this; null for all lines. */
  readonly grep: RegExp | null;
  /** The name of the containers to read; null for all. */
  readonly container: string | null;
  /** The maximum number of logs that are read at once. */
  readonly maxStreams: number;
}

/** What reading logs needs besides the client. */
export interface LogsContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}
