import type { Clock, Milliseconds } from '../clock.ts';

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
  const stopped = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
    if (limit === null) return;
    clock.sleep(limit, ended.signal).then(
      () => reject(late()),
      // The operation ended in time.
      () => undefined,
    );
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    ended.abort();
    // Nothing awaits this promise after a timeout: avoid an unhandled rejection.
    work.catch(() => undefined);
  }
}
