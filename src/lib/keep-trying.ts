import type { Clock, Milliseconds } from './clock.ts';
import { type AdminError, isAdminError } from './errors.ts';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 15_000;

/** How a failing call is retried. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long to retry after the first failure, in milliseconds; then the last error is thrown. */
  readonly patienceMs: Milliseconds;
  /** The pause after the first failure, in milliseconds; default 1000. */
  readonly firstPauseMs?: Milliseconds;
  /** Called for every failure that is followed by another attempt. */
  readonly onFailure: (error: AdminError, attempt: number, retryInMs: Milliseconds) => void;
}

/**
 * Retries a call until it succeeds, with an exponentially growing pause. Only errors of kind
 * `service` and `timeout` are retried, because they may be temporary. Other errors, such as a
 * denied permission or an unknown name, are thrown at once.
 *
 * @param attempt receives the number of calls that have failed so far
 * @throws the last error once `patienceMs` is used up; the signal's reason once it is aborted
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
      if (!isTransient(error)) throw error;
      const now = clock.now().getTime();
      firstFailure ??= now;
      if (now - firstFailure + pause > patience.patienceMs) throw error;
      patience.onFailure(error, failures + 1, pause);
      await clock.sleep(pause, signal);
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
    }
  }
}

function isTransient(error: unknown): error is AdminError {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}
