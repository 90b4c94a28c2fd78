import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { formatDuration } from '../units.ts';

/**
 * What was asked for, if it comes in time.
 *
 * @throws AdminError of kind `timeout`, code REQUEST_TIMEOUT
 */
export async function within<T>(asked: Promise<T>, clock: Clock, limit: Milliseconds): Promise<T> {
  const answered = new AbortController();
  const late = clock.sleep(limit, answered.signal).then(() => {
    throw new AdminError('timeout', `Timed out after ${formatDuration(limit)}`, {
      code: 'REQUEST_TIMEOUT',
      hint: 'The service is slow, or a firewall drops the traffic. Try again.',
    });
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    answered.abort();
    // Called off, or told already.
    late.catch(() => undefined);
  }
}
