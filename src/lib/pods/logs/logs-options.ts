import type { Clock, Milliseconds } from '../../clock.ts';

/** Which part of the logs, and how. */
export interface LogsOptions {
  readonly follow: boolean;
  /** The run before this one. */
  readonly previous: boolean;
  /** Only what is not older, in milliseconds. */
  readonly sinceMs: Milliseconds | null;
  /** Only so many of the last lines of each container. */
  readonly tail: number | null;
  /** Only lines that match. */
  readonly grep: RegExp | null;
  /** Only containers of this name; null for all. */
  readonly container: string | null;
  /** No more logs than these are read at once. */
  readonly maxStreams: number;
}

/** What reading logs stands on. */
export interface LogsContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}
