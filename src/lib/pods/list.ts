import type { Milliseconds } from '../clock.ts';
import type { KubernetesClient, PodChange } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { Catalogue } from '../services/catalogue.ts';
import { choosePods, type PodChoice, podMatcher, selectorsOf } from './choose-pods.ts';
import { judgePod, needsNoAttention, type PodJudgement } from './judge.ts';
import { markLostNodes } from './lost-nodes.ts';

/** A row of `pods list`. Times in `Ms` are milliseconds. */
export interface PodRow extends PodJudgement {
  readonly name: string;
  /** The name in the catalogue; null for an unknown service. */
  readonly service: string | null;
  readonly ageMs: Milliseconds | null;
  readonly createdAt: Date | null;
  readonly node: string | null;
  readonly podIp: string | null;
  /** The kind and name of the owner, such as `ReplicaSet/frontend-df8cdf5f6`. */
  readonly owner: string | null;
  readonly images: readonly string[];
}

/** The listed pods, and a summary of their health. */
export interface PodList {
  readonly namespace: string;
  /** Counts all selected pods, including those that `--not-ready` hides. */
  readonly summary: {
    readonly pods: number;
    readonly ready: number;
    readonly completed: number;
    /** The number of pods that are starting, terminating or not ready. */
    readonly notReady: number;
  };
  readonly pods: readonly PodRow[];
}

/** What a list needs besides the client. */
export interface PodListContext {
  readonly catalogue: Catalogue;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

type Reader = Pick<KubernetesClient, 'listPods' | 'watchPods' | 'lostNodes' | 'target'>;

/**
 * Lists the selected pods with their health.
 *
 * @throws AdminError as {@link choosePods}
 */
export async function listPods(
  client: Reader,
  choice: PodChoice & { readonly notReady: boolean },
  context: PodListContext,
): Promise<PodList> {
  const pods = await choosePods(client, context.catalogue, choice, context);
  return podList(client, pods, choice, context);
}

/** Yields the list now, and again after every change, until aborted. */
export async function* watchPodList(
  client: Reader,
  choice: PodChoice & { readonly notReady: boolean },
  context: PodListContext,
): AsyncGenerator<PodList, void> {
  const matches = podMatcher(choice, context.catalogue);
  const pods = new Map<string, Pod>();
  for (const pod of await choosePods(client, context.catalogue, choice, context)) {
    pods.set(pod.name, pod);
  }
  yield podList(client, [...pods.values()], choice, context);
  const selector = { ...selectorsOf(choice), fromStart: true, signal: context.signal };
  for await (const change of client.watchPods(selector)) {
    if (!matches(change.pod) || !keep(pods, change)) continue;
    yield podList(client, [...pods.values()], choice, context);
  }
}

/** Updates `pods` with a change. Returns false if nothing changed. */
function keep(pods: Map<string, Pod>, { type, pod }: PodChange): boolean {
  const known = pods.get(pod.name);
  if (type === 'DELETED') return known?.uid === pod.uid && pods.delete(pod.name);
  if (known?.resourceVersion === pod.resourceVersion) return false;
  pods.set(pod.name, pod);
  return true;
}

async function podList(
  client: Reader,
  pods: readonly Pod[],
  { notReady }: { readonly notReady: boolean },
  { catalogue, now, signal }: PodListContext,
): Promise<PodList> {
  const marked = await markLostNodes(client, pods, signal);
  const rows = marked.map((pod) => podRow(pod, catalogue, now()));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const count = (health: PodRow['health']): number =>
    rows.filter((row) => row.health === health).length;
  return {
    namespace: client.target.namespace,
    summary: {
      pods: rows.length,
      ready: count('ready'),
      completed: count('completed'),
      notReady: rows.filter((row) => !needsNoAttention(row)).length,
    },
    pods: notReady ? rows.filter((row) => !needsNoAttention(row)) : rows,
  };
}

/** Returns the row of a pod. */
export function podRow(pod: Pod, catalogue: Catalogue, now: Date): PodRow {
  return {
    name: pod.name,
    service: catalogue.serviceOf(pod)?.name ?? null,
    ...judgePod(pod),
    ageMs: pod.createdAt === null ? null : now.getTime() - pod.createdAt.getTime(),
    createdAt: pod.createdAt,
    node: pod.nodeName,
    podIp: pod.podIp,
    owner: pod.owner === null ? null : `${pod.owner.kind}/${pod.owner.name}`,
    images: pod.containers.flatMap(({ image }) => image ?? []),
  };
}
