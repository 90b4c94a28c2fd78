import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { LostNode, Pod } from '../kubernetes/model.ts';
import { judgePod, needsNoAttention } from './judge.ts';

/**
 * At most this many nodes are read: if the pods of more nodes are not ready, a lost node is not the
 * cause.
 */
const MAX_NODES = 20;

/**
 * Sets `lostNode` for the pods whose nodes are lost, so that their health reflects it. Only the
 * nodes of pods with problems are read. If reading nodes is forbidden or fails, the pods are
 * returned unchanged.
 */
export async function markLostNodes(
  client: Pick<KubernetesClient, 'lostNodes'>,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const unwell = pods.filter((pod) => !needsNoAttention(judgePod(pod)));
  const names = new Set(unwell.flatMap(({ nodeName }) => nodeName ?? []));
  if (names.size === 0) return pods;
  const lost = await readNodes(client, [...names].slice(0, MAX_NODES), signal);
  return pods.map((pod) => {
    const node = lost.find(({ name }) => name === pod.nodeName);
    return node ? { ...pod, lostNode: node } : pod;
  });
}

async function readNodes(
  client: Pick<KubernetesClient, 'lostNodes'>,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly LostNode[]> {
  try {
    return (await client.lostNodes(names, signal)) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    if (!isAdminError(error)) throw error;
    return [];
  }
}
