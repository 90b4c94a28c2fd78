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
    throw new AdminError('timeout', `no answer within ${formatDuration(limit)}`, {
      code: 'REQUEST_TIMEOUT',
      hint: 'Whoever is asked is slow, or something between drops what is sent. Try again.',
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
