import type { Milliseconds } from '../clock.ts';
import type { KubernetesClient, PodChange } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { Catalogue } from '../services/catalogue.ts';
import { choosePods, type PodChoice, podMatcher, selectorsOf } from './choose-pods.ts';
import { isWell, judgePod, type PodJudgement } from './judge.ts';
import { markLostNodes } from './lost-nodes.ts';

/** A pod as `pods list` has it. */
export interface PodRow extends PodJudgement {
  readonly name: string;
  /** Of the catalogue; null where the pod is of no known service. */
  readonly service: string | null;
  readonly ageMs: Milliseconds | null;
  readonly createdAt: Date | null;
  readonly node: string | null;
  readonly podIp: string | null;
  /** Such as `ReplicaSet/frontend-df8cdf5f6`. */
  readonly owner: string | null;
  readonly images: readonly string[];
}

/** The pods, and how many of them do well. */
export interface PodList {
  readonly namespace: string;
  /** Of all that were looked at, before `--not-ready` left some out. */
  readonly summary: {
    readonly pods: number;
    readonly ready: number;
    readonly completed: number;
    /** Starting, terminating, or not ready. */
    readonly notReady: number;
  };
  readonly pods: readonly PodRow[];
}

/** What a list is made from, and when. */
export interface PodListContext {
  readonly catalogue: Catalogue;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

type Reader = Pick<KubernetesClient, 'listPods' | 'watchPods' | 'lostNodes' | 'target'>;

/**
 * Reads the pods that are meant, and judges each.
 *
 * @throws AdminError as {@link choosePods}
 */
export async function listPods(
  client: Reader,
  choice: PodChoice & { readonly notReady: boolean },
  context: PodListContext,
): Promise<PodList> {
  const chosen = await choosePods(client, context.catalogue, choice, context);
  const pods = await markLostNodes(client, chosen, context.signal);
  return podList(pods, client.target.namespace, choice.notReady, context);
}

/**
 * The list now, and again after every change, until aborted. Changes that came while the last list
 * was shown are taken together.
 */
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
  const { namespace } = client.target;
  yield podList([...pods.values()], namespace, choice.notReady, context);
  const selector = { ...selectorsOf(choice), fromStart: true, signal: context.signal };
  for await (const change of client.watchPods(selector)) {
    if (!matches(change.pod) || !keep(pods, change)) continue;
    yield podList([...pods.values()], namespace, choice.notReady, context);
  }
}

/** Whether a change was one. */
function keep(pods: Map<string, Pod>, { type, pod }: PodChange): boolean {
  const known = pods.get(pod.name);
  if (type === 'DELETED') return known?.uid === pod.uid && pods.delete(pod.name);
  if (known?.resourceVersion === pod.resourceVersion) return false;
  pods.set(pod.name, pod);
  return true;
}

function podList(
  pods: readonly Pod[],
  namespace: string,
  notReady: boolean,
  context: PodListContext,
): PodList {
  const rows = pods.map((pod) => podRow(pod, context.catalogue, context.now()));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const count = (health: PodRow['health']): number =>
    rows.filter((row) => row.health === health).length;
  return {
    namespace,
    summary: {
      pods: rows.length,
      ready: count('ready'),
      completed: count('completed'),
      notReady: rows.filter((row) => !isWell(row)).length,
    },
    pods: notReady ? rows.filter((row) => !isWell(row)) : rows,
  };
}

/** A pod with its judgement. */
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
