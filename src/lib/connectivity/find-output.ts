import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Catalogue } from '../services/catalogue.ts';
import { type OutputAddress, outputAddressIn } from './output-address.ts';

/** Number of log lines to search. Each build logs a few of the relevant ones. */
const TAIL_LINES = 500;

/**
 * Finds the address that build agents send their output to, from the latest task in schedulerer's
 * log. Returns null if it is not there, or if the log cannot be read.
 */
export async function findOutput(
  connect: () => Promise<Pick<KubernetesClient, 'listPods' | 'podLogs'>>,
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<OutputAddress | null> {
  try {
    const cluster = await connect();
    const pods = await cluster.listPods({ signal });
    const pod = pods.find((one) => {
      return catalogue.serviceOf(one)?.name === 'scheduler' && one.phase === 'Running';
    });
    if (!pod) return null;
    const [container] = pod.containers;
    const chunks: Uint8Array[] = [];
    const request = {
      pod: pod.name,
      tailLines: TAIL_LINES,
      signal,
      ...(container ? { container: container.name } : {}),
    };
    for await (const chunk of cluster.podLogs(request)) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString('utf8').split('\n');
    return lines.map(outputAddressIn).findLast((address) => address !== null) ?? null;
  } catch (error) {
    // The other checks do not need it.
    if (isAdminError(error)) return null;
    throw error;
  }
}
