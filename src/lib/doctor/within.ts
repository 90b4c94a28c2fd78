import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { formatDuration } from '../units.ts';

/**
 * Returns the result of a promise within a time limit.
 *
 * @throws AdminError of kind `timeout`, code REQUEST_TIMEOUT
 */
export async function within<T>(
  promise: Promise<T>,
  clock: Clock,
  limit: Milliseconds,
): Promise<T> {
  const answered = new AbortController();
  const late = clock.sleep(limit, answered.signal).then(() => {
    throw new AdminError('timeout', `Timed out after ${formatDuration(limit)}`, {
      code: 'REQUEST_TIMEOUT',
      hint: 'The service is slow, or a firewall drops the traffic. Try again.',
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    answered.abort();
    // Already thrown above, or cancelled: avoid an unhandled rejection.
    late.catch(() => undefined);
  }
}
