import { AdminError } from '../errors.ts';
import { arrayOf, type JsonObject, numberOf, objectOf, textOf, textsOf } from '../json-value.ts';
import { decodeList } from './decode.ts';
import { nullIfForbidden } from './forbidden.ts';
import type { Pod, Workload, WorkloadReference } from './model.ts';
import { WORKLOAD_KINDS } from './model.ts';
import type { Transport } from './transport.ts';

/** The annotation that `kubectl rollout restart` sets in the pod template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Returns the Deployments and StatefulSets of the namespace; null without permission to list them.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function listWorkloads(
  transport: Transport,
  signal?: AbortSignal,
): Promise<readonly Workload[] | null> {
  const list = async (kind: WorkloadReference['kind']): Promise<readonly Workload[]> => {
    const response = await transport.ask(
      { method: 'GET', path: pathOf(transport, kind), ...(signal ? { signal } : {}) },
      { action: `list ${kind.toLowerCase()}s` },
    );
    return decodeList(await response.json()).items.map((item) => decodeWorkload(kind, item));
  };
  const lists = await nullIfForbidden(() => Promise.all([list('Deployment'), list('StatefulSet')]));
  return lists?.flat() ?? null;
}

/**
 * Returns one workload.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function getWorkload(
  transport: Transport,
  { kind, name }: WorkloadReference,
  signal?: AbortSignal,
): Promise<Workload> {
  const path = `${pathOf(transport, kind)}/${encodeURIComponent(name)}`;
  const response = await transport.ask(
    { method: 'GET', path, ...(signal ? { signal } : {}) },
    { action: `get ${kind} ${name}` },
  );
  return decodeWorkload(kind, await response.json());
}

/**
 * Returns the workload that owns a pod; null if there is none. A ReplicaSet's name is its
 * Deployment's name followed by the hash in its pods' label (Kubernetes'
 * pkg/controller/deployment/sync.go), so no request is needed if both match.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function workloadOf(
  transport: Transport,
  { owner, labels }: Pick<Pod, 'name' | 'owner' | 'labels'>,
  signal?: AbortSignal,
): Promise<WorkloadReference | null> {
  if (owner === null) return null;
  const kind = WORKLOAD_KINDS.find((one) => one === owner.kind);
  if (kind !== undefined) return { kind, name: owner.name };
  if (owner.kind !== 'ReplicaSet') return null;
  const hash = labels['pod-template-hash'];
  if (hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
  }
  const { namespace } = transport.target;
  const response = await transport.ask(
    {
      method: 'GET',
      path: `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/replicasets/${encodeURIComponent(owner.name)}`,
      ...(signal ? { signal } : {}),
    },
    { action: `get ReplicaSet ${owner.name}` },
  );
  const metadata = objectOf(objectOf(await response.json())['metadata']);
  const above = objectOf(arrayOf(metadata['ownerReferences'])[0]);
  return above['kind'] === 'Deployment' && typeof above['name'] === 'string'
    ? { kind: 'Deployment', name: above['name'] }
    : null;
}

/**
 * Restarts a workload by setting an annotation in its pod template, so that its pods are replaced.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function restartWorkload(
  transport: Transport,
  { kind, name }: WorkloadReference,
  at: Date,
  signal?: AbortSignal,
): Promise<void> {
  const template = { metadata: { annotations: { [RESTARTED_AT]: at.toISOString() } } };
  const response = await transport.ask(
    {
      method: 'PATCH',
      path: `${pathOf(transport, kind)}/${encodeURIComponent(name)}`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify({ spec: { template } }),
      ...(signal ? { signal } : {}),
    },
    { action: `restart ${kind} ${name}` },
  );
  await response.discard();
}

function pathOf({ target }: Transport, kind: WorkloadReference['kind']): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(target.namespace)}/${kind.toLowerCase()}s`;
}

function decodeWorkload(kind: WorkloadReference['kind'], value: unknown): Workload {
  const whole = objectOf(value);
  const metadata = objectOf(whole['metadata']);
  const spec = objectOf(whole['spec']);
  const status = objectOf(whole['status']);
  const template = objectOf(objectOf(spec['template'])['metadata']);
  if (typeof metadata['name'] !== 'string') {
    throw new AdminError('service', `The response of Kubernetes is not a ${kind}`, {
      code: 'KUBERNETES_ERROR',
    });
  }
  const daemon = kind === 'DaemonSet';
  const ready = count(status[daemon ? 'numberReady' : 'readyReplicas']);
  const update = objectOf(spec[kind === 'Deployment' ? 'strategy' : 'updateStrategy']);
  const partition =
    kind === 'StatefulSet' ? count(objectOf(update['rollingUpdate'])['partition']) : 0;
  const restartedAt = new Date(String(objectOf(template['annotations'])[RESTARTED_AT]));
  return {
    kind,
    name: metadata['name'],
    labels: textsOf(metadata['labels']),
    selector: textsOf(objectOf(spec['selector'])['matchLabels']),
    replicas: daemon ? count(status['desiredNumberScheduled']) : count(spec['replicas'] ?? 1),
    current: count(status[daemon ? 'currentNumberScheduled' : 'replicas']),
    ready,
    available: count(
      status[daemon ? 'numberAvailable' : 'availableReplicas'] ??
        (kind === 'StatefulSet' ? ready : 0),
    ),
    updated: updatedOf(kind, status),
    observed: count(status['observedGeneration']) >= count(metadata['generation']),
    strategy: textOf(update['type']),
    ...(partition > 0 ? { partition } : {}),
    paused: spec['paused'] === true,
    restartedAt: Number.isNaN(restartedAt.getTime()) ? null : restartedAt,
    stalled: stalledOf(status),
  };
}

/**
 * Returns the number of updated pods. A StatefulSet does not count them once all are updated
 * (kubectl's rollout_status.go).
 */
function updatedOf(kind: WorkloadReference['kind'], status: JsonObject): number {
  if (kind === 'DaemonSet') return count(status['updatedNumberScheduled']);
  const { updateRevision, currentRevision } = status;
  if (kind === 'StatefulSet' && updateRevision === currentRevision)
    return count(status['replicas']);
  return count(status['updatedReplicas']);
}

function stalledOf(status: JsonObject): string | null {
  const conditions = arrayOf(status['conditions']).map(objectOf);
  const progress = conditions.find(({ type }) => type === 'Progressing');
  return progress?.['reason'] === 'ProgressDeadlineExceeded' ? 'ProgressDeadlineExceeded' : null;
}

function count(value: unknown): number {
  return numberOf(value) ?? 0;
}
