import type { Clock, Milliseconds } from './clock.ts';
import { type AdminError, isAdminError } from './errors.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** How a call is repeated when it fails. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For how long, in milliseconds, failures may follow each other before the last one is thrown. */
  readonly patienceMs: Milliseconds;
  /** The pause after the first failure, in milliseconds; a second where it is left out. */
  readonly firstPauseMs?: Milliseconds;
  /** Told of every failure that is followed by another attempt. */
  readonly onFailure: (error: AdminError, attempt: number, retryInMs: Milliseconds) => void;
}

/**
 * Calls until it works, with growing pauses on the clock. Only what may pass by itself is repeated
 * (a service that fails or cannot be reached, a request that takes too long); a refused permission
 * or an unknown name is thrown at once, and so is everything once the signal is aborted.
 *
 * @param attempt is told how many calls have failed before
 */
export async function keepTrying<T>(
  attempt: (failures: number) => Promise<T>,
  patience: Patience,
): Promise<T> {
  const { clock, signal } = patience;
  let firstFailure: number | null = null;
  let pause = patience.firstPauseMs ?? FIRST_PAUSE_MS;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await attempt(failures);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      const now = clock.now().getTime();
      firstFailure ??= now;
      if (now - firstFailure + pause > patience.patienceMs) throw error;
      patience.onFailure(error, failures + 1, pause);
      await clock.sleep(pause, signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

function mayPass(error: unknown): error is AdminError {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}
