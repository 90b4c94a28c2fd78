import { AdminError } from '../../errors.ts';
import type { ClusterTarget, KubernetesClient } from '../../kubernetes/client.ts';
import type { Pod, Workload, WorkloadReference } from '../../kubernetes/model.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import type { Service } from '../../services/service.ts';
import { shellWord } from '../../shell-word.ts';
import { judgePod } from '../judge.ts';
import { isPodOf } from '../workload-name.ts';

/** A pod that will be replaced. */
export interface PodToReplace {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  /** Whether it is being deleted already. */
  readonly terminating: boolean;
}

/** A workload of which some or all pods will be replaced. */
export interface RestartTarget extends WorkloadReference {
  readonly pods: readonly PodToReplace[];
  /** The number of these pods that were not selected, but are replaced with the others. */
  readonly unnamed: number;
  /** The desired number of pods. */
  readonly replicas: number;
  readonly ready: number;
  /** Whether a restart is in progress: it is awaited, and no new one is started. */
  readonly rolling: boolean;
  readonly service: string | null;
  readonly impact: string | null;
  readonly severity: Service['severity'];
  /** Whether a failure of the service loses builds. */
  readonly losesBuilds: boolean;
}

/** The changes that a restart makes. */
export interface RestartPlan {
  /**
   * `roll`: the workload replaces its pods by its update strategy. `delete`: the pods are deleted.
   */
  readonly how: 'roll' | 'delete';
  readonly targets: readonly RestartTarget[];
  /** The number of builds that are running; null if Nomad could not be queried. */
  readonly runningBuilds: number | null;
}

/** The requests to Kubernetes that planning needs. */
export type RestartPlanner = Pick<
  KubernetesClient,
  'workloadOf' | 'getWorkload' | 'listPods' | 'target'
>;

/**
 * Determines which workloads and pods a restart replaces.
 *
 * @throws AdminError `validation` NOT_RESTARTABLE for a pod that would not be replaced, or for a
 *   workload that does not replace its pods by itself (OnDelete), at present (paused), or all of
 *   the selected ones (partition); as listed at KubernetesClient
 */
export async function planRestart(
  client: RestartPlanner,
  catalogue: Catalogue,
  pods: readonly Pod[],
  how: RestartPlan['how'],
  context: { readonly signal: AbortSignal; readonly runningBuilds: number | null },
): Promise<RestartPlan> {
  const { signal, runningBuilds } = context;
  const groups = new Map<string, { readonly workload: WorkloadReference; readonly pods: Pod[] }>();
  for (const pod of pods) {
    const workload = await client.workloadOf(pod, signal);
    if (workload === null) throw notRestartable(pod, client.target);
    const key = `${workload.kind}/${workload.name}`;
    const group = groups.get(key) ?? { workload, pods: [] };
    groups.set(key, group);
    group.pods.push(pod);
  }
  // A rollout replaces all pods of the workload, even if only one was selected.
  const all = how === 'roll' && groups.size > 0 ? await client.listPods({ signal }) : [];
  const targets = await Promise.all(
    [...groups.values()].map(async (group) => {
      const workload = await client.getWorkload(group.workload, signal);
      if (how === 'roll' && workload.strategy === 'OnDelete') throw onDelete(workload);
      if (how === 'roll' && workload.paused) throw paused(workload, client.target);
      const kept = group.pods.filter((pod) => isKept(pod, workload));
      if (how === 'roll' && kept.length > 0) throw partitioned(workload, kept);
      const whole = all.filter((pod) => isPodOf(pod, group.workload) && !hasEnded(pod));
      const rolled = whole.filter((pod) => !isKept(pod, workload));
      return targetOf(workload, how === 'roll' ? rolled : group.pods, group.pods, catalogue);
    }),
  );
  return { how, targets, runningBuilds };
}

/** Whether a rollout is complete (kubectl's polymorphichelpers/rollout_status.go). */
export function isRolledOut(workload: Workload): boolean {
  const { observed, replicas, current, updated, ready, available, partition = 0 } = workload;
  return (
    observed &&
    updated >= replicas - partition &&
    current <= updated + partition &&
    ready >= replicas &&
    available >= replicas
  );
}

function targetOf(
  workload: Workload,
  pods: readonly Pod[],
  named: readonly Pod[],
  catalogue: Catalogue,
): RestartTarget {
  const [first] = named;
  const service = first ? catalogue.serviceOf(first) : null;
  return {
    kind: workload.kind,
    name: workload.name,
    pods: pods.map((pod) => ({
      name: pod.name,
      uid: pod.uid,
      ready: judgePod(pod).health === 'ready',
      terminating: pod.deletedAt !== null,
    })),
    unnamed: pods.filter(({ uid }) => named.every((one) => one.uid !== uid)).length,
    replicas: workload.replicas,
    ready: workload.ready,
    rolling:
      workload.restartedAt !== null &&
      workload.updated < workload.replicas - (workload.partition ?? 0),
    service: service?.name ?? null,
    impact: service?.impact ?? null,
    severity: service?.severity ?? 'unknown',
    losesBuilds: service?.losesBuilds ?? false,
  };
}

/** Whether a rollout does not replace a pod, because its ordinal is below the partition. */
function isKept({ name }: Pod, { partition = 0 }: Workload): boolean {
  return partition > 0 && Number(/-(\d+)$/.exec(name)?.[1] ?? partition) < partition;
}

/** A pod that has ended remains: a rollout does not remove it. */
function hasEnded({ phase }: Pod): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

function notRestartable({ name, owner }: Pod, target: ClusterTarget): AdminError {
  const whose = owner === null ? 'it has no owner' : `its owner is ${owner.kind} ${owner.name}`;
  return new AdminError('validation', `${name} cannot be restarted: ${whose}`, {
    code: 'NOT_RESTARTABLE',
    hint: hintFor(name, owner, target),
  });
}

function hintFor(name: string, owner: Pod['owner'], target: ClusterTarget): string {
  if (owner === null) return 'If you delete it, nothing creates it again.';
  if (owner.kind === 'ReplicaSet') {
    return `Delete it, and its ReplicaSet creates another: ${kubectl(`delete pod ${name}`, target)}`;
  }
  return 'Only pods of Deployments, StatefulSets and DaemonSets are created again.';
}

function onDelete({ kind, name }: Workload): AdminError {
  return new AdminError(
    'validation',
    `${kind} ${name} uses the update strategy OnDelete: it replaces only deleted pods`,
    {
      code: 'NOT_RESTARTABLE',
      hint: 'Delete its pods one by one: circleci-admin pods restart POD --delete',
    },
  );
}

function partitioned({ kind, name, partition }: Workload, kept: readonly Pod[]): AdminError {
  const names = kept.map((pod) => pod.name);
  return new AdminError(
    'validation',
    `${kind} ${name} has a partition of ${partition}: a rolling restart would not replace ${names.join(', ')}`,
    {
      code: 'NOT_RESTARTABLE',
      hint: `Delete the pods: circleci-admin pods restart ${names.join(' ')} --delete`,
    },
  );
}

function paused({ kind, name }: Workload, target: ClusterTarget): AdminError {
  const resume = kubectl(`rollout resume ${kind.toLowerCase()}/${name}`, target);
  return new AdminError('validation', `${kind} ${name} is paused, so it would replace no pod`, {
    code: 'NOT_RESTARTABLE',
    hint: `Resume its rollout first: ${resume}`,
  });
}

/** Returns a kubectl command for the same cluster and namespace. */
function kubectl(words: string, { namespace, context }: ClusterTarget): string {
  const cluster = context === null ? '' : ` --context ${shellWord(context)}`;
  return `kubectl ${words} -n ${namespace}${cluster}`;
}
