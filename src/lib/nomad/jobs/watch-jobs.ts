import type { Clock, Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import {
  describeJobs,
  type JobReader,
  type JobRow,
  type JobSelector,
  readTimes,
  selects,
} from './jobs.ts';

const WAIT: Milliseconds = 60_000;
/** The time between two reads if blocking queries are not possible (by `exec`). */
const POLL: Milliseconds = 5_000;
/** The minimum time between two reads: a busy Nomad changes many times in a second. */
const SETTLE: Milliseconds = 1_000;
/** With the pauses in between about five minutes, which is enough for a restart of Nomad. */
const MAX_FAILURES = 24;
const MAX_PAUSE: Milliseconds = 15_000;

/**
 * Yields the list of jobs, first at once and then after every change (by blocking queries), until
 * aborted. Failed reads are retried with increasing pauses.
 *
 * @throws AdminError of the last failure, after {@link MAX_FAILURES} in a row
 */
export async function* watchJobs(
  client: JobReader & Pick<NomadClient, 'watchJobs'>,
  selector: JobSelector,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<readonly JobRow[]> {
  const { clock, signal } = options;
  let index = 0;
  let shown = '';
  let failures = 0;
  while (!signal.aborted) {
    try {
      const watched = await client.watchJobs({ index, wait: WAIT, signal });
      const jobs = watched.value.filter((job) => selects(selector, job));
      const rows = await describeJobs(client, jobs, await readTimes(client, { signal }), {
        now: () => clock.now(),
        signal,
      });
      failures = 0;
      const state = JSON.stringify(rows.map(({ ageMs, ...lasting }) => lasting));
      if (state !== shown) yield rows;
      shown = state;
      // An index that went backwards means that the server was restored: start again.
      index = watched.index !== null && watched.index >= index ? watched.index : 0;
      await clock.sleep(watched.index === null ? POLL : SETTLE, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const passing = isAdminError(error, 'service') || isAdminError(error, 'timeout');
      if (!passing || failures >= MAX_FAILURES) throw error;
      await pause(clock, Math.min(500 * 2 ** failures, MAX_PAUSE), signal);
    }
  }
}

async function pause(clock: Clock, ms: Milliseconds, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
