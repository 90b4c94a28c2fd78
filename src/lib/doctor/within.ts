import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { formatDuration } from '../units.ts';
import { withinLimit } from '../within-limit.ts';

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
  return withinLimit(promise, {
    clock,
    limit,
    late: () =>
      new AdminError('timeout', `Timed out after ${formatDuration(limit)}`, {
        code: 'REQUEST_TIMEOUT',
        hint: 'The service is slow, or a firewall drops the traffic. Try again.',
      }),
  });
}
