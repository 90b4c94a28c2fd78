import type { Clock, Milliseconds } from './clock.ts';

/** What can end an operation early. */
export interface Limits {
  readonly clock: Clock;
  /** Milliseconds; null for no limit. */
  readonly limit: Milliseconds | null;
  readonly signal?: AbortSignal | undefined;
  /** Creates the error to throw when the limit is exceeded. */
  readonly late: () => Error;
}

/**
 * Returns the operation's result.
 *
 * @throws what `late` returns if the limit is exceeded first, or the signal's reason if it is
 *   aborted first
 */
export async function withinLimit<T>(work: Promise<T>, limits: Limits): Promise<T> {
  const { clock, limit, signal, late } = limits;
  const ended = new AbortController();
  const exceeded = new AbortController();
  if (limit !== null) {
    clock.sleep(limit, ended.signal).then(
      () => exceeded.abort(late()),
      // The operation ended in time.
      () => undefined,
    );
  }
  const signals = [exceeded.signal, ...(signal ? [signal] : [])];
  try {
    return await unlessAborted(work, AbortSignal.any(signals));
  } finally {
    ended.abort();
  }
}

/**
 * Returns the operation's result, also if the operation itself does not notice the signal.
 *
 * @throws the signal's reason if it is aborted first
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
    // Nothing awaits this promise after an abort: avoid an unhandled rejection.
    work.catch(() => undefined);
  }
}
