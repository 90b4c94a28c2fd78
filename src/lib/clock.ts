/** A length of time in milliseconds. */
export type Milliseconds = number;

/**
 * Where time comes from. Injected, so that no test waits for real time and the same code runs on
 * the sandbox's steerable clock.
 */
export interface Clock {
  /** The current moment. */
  now(): Date;
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first.
   */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}
