/** A duration in milliseconds. */
export type Milliseconds = number;

/**
 * The source of time. It is injected so that tests do not wait for real time and the same code runs
 * on the sandbox's adjustable clock.
 */
export interface Clock {
  /** Returns the current time. */
  now(): Date;
  /**
   * Resolves after `ms` milliseconds. Rejects with the signal's reason if it is aborted earlier.
   */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}
