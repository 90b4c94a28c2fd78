import type { Clock, Milliseconds } from '../clock.ts';

/** What bounds a piece of work. */
export interface Limits {
  readonly clock: Clock;
  /** Milliseconds; null for no limit. */
  readonly limit: Milliseconds | null;
  readonly signal?: AbortSignal | undefined;
  /** What is thrown when the limit has gone by. */
  readonly late: () => Error;
}

/** The work's result, unless the limit goes by or the signal is aborted first. */
export async function withinLimit<T>(work: Promise<T>, limits: Limits): Promise<T> {
  const { clock, limit, signal, late } = limits;
  const ended = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
    if (limit === null) return;
    clock.sleep(limit, ended.signal).then(
      () => reject(late()),
      // The work has ended in time.
      () => undefined,
    );
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    ended.abort();
    // Nobody waits for the loser any more.
    work.catch(() => undefined);
  }
}
