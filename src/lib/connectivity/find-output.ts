import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { Catalogue } from '../services/catalogue.ts';
import { agreeingVersion, generationOf } from '../services/generation.ts';
import { readRelease } from '../services/release.ts';
import { servicesAmong } from '../services/services-among.ts';
import { type OutputAddress, outputAddressIn } from './output-address.ts';

/** Number of log lines to search. Each build logs a few of the relevant ones. */
const TAIL_LINES = 500;

/** The address that build agents send their output to, and the version that determines its use. */
export interface OutputDestination {
  /** Null if schedulerer's log does not have it, or cannot be read. */
  readonly output: OutputAddress | null;
  /** The server's version as major.minor, from the profile or the pods; null if unknown. */
  readonly version: string | null;
}

/**
 * Finds the address that build agents send their output to, from the latest task in schedulerer's
 * log, and the version of the server.
 *
 * @param version from the profile; ignored if the running services belong to another version
 */
export async function findOutput(
  connect: () => Promise<Pick<KubernetesClient, 'listPods' | 'podLogs'>>,
  catalogue: Catalogue,
  version: string | null,
  signal: AbortSignal,
): Promise<OutputDestination> {
  try {
    const cluster = await connect();
    const pods = await cluster.listPods({ signal });
    const services = servicesAmong(pods, catalogue);
    const runs = generationOf(services);
    const known = agreeingVersion([version, readRelease(pods).version], runs);
    const output = await outputInLog(cluster, pods, catalogue, signal);
    return { output, version: known ?? (runs === 'since-4.3' ? '4.3' : null) };
  } catch (error) {
    // The other checks do not need it.
    if (isAdminError(error)) return { output: null, version };
    throw error;
  }
}

async function outputInLog(
  cluster: Pick<KubernetesClient, 'podLogs'>,
  pods: readonly Pod[],
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<OutputAddress | null> {
  try {
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
    // The log cannot be read.
    if (isAdminError(error)) return null;
    throw error;
  }
}
