import { isAdminError } from '../../errors.ts';
import type { NomadClient } from '../../nomad/client.ts';

/**
 * Returns the number of running builds, which are batch jobs in Nomad; null if it cannot be
 * queried.
 */
export async function countRunningBuilds(
  connect: () => Promise<Pick<NomadClient, 'jobs'>>,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const nomad = await connect();
    let running = 0;
    for await (const { status, type } of nomad.jobs({ signal })) {
      if (status === 'running' && (type === null || type === 'batch')) running += 1;
    }
    return running;
  } catch (error) {
    signal.throwIfAborted();
    if (isAdminError(error)) return null;
    throw error;
  }
}
