import type { Clock, Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, AllocationId } from '../model.ts';

const WAIT: Milliseconds = 60_000;
/**
 * The time between two reads if blocking queries are not possible (by `exec`), and after a failed
 * read.
 */
const POLL: Milliseconds = 2_000;

/**
 * Resolves with the last state of an allocation when it has ended; null if Nomad no longer knows
 * it. Temporary failures are retried without limit, because the caller's own reads report lasting
 * ones.
 */
export async function waitUntilEnded(
  client: Pick<NomadClient, 'allocation'>,
  id: AllocationId,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Allocation | null> {
  return waitUntil(client, id, (allocation) => !isLive(allocation), options);
}

/**
 * Resolves when a task of an allocation has started, or when the allocation has ended without that;
 * null if Nomad no longer knows it.
 */
export async function waitUntilStarted(
  client: Pick<NomadClient, 'allocation'>,
  id: AllocationId,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Allocation | null> {
  return waitUntil(
    client,
    id,
    (allocation) => hasStarted(allocation) || !isLive(allocation),
    options,
  );
}

/** Returns whether a task has written a log, or may have. */
export function hasStarted(allocation: Pick<Allocation, 'tasks' | 'clientStatus'>): boolean {
  if (allocation.clientStatus !== 'pending') return true;
  return (allocation.tasks ?? []).some((task) => task.startedAt !== null);
}

async function waitUntil(
  client: Pick<NomadClient, 'allocation'>,
  id: AllocationId,
  done: (allocation: Allocation) => boolean,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Allocation | null> {
  const { clock, signal } = options;
  let index = 0;
  for (;;) {
    try {
      const watched = await client.allocation(id, { index, wait: WAIT, signal });
      if (done(watched.value)) return watched.value;
      if (watched.index === null) await clock.sleep(POLL, signal);
      // An index that went backwards means that the server was restored: start again.
      index = watched.index !== null && watched.index >= index ? watched.index : 0;
    } catch (error) {
      signal.throwIfAborted();
      if (isAdminError(error, 'notFound')) return null;
      if (!isAdminError(error, 'service') && !isAdminError(error, 'timeout')) throw error;
      await clock.sleep(POLL, signal);
    }
  }
}
