import type { Pod, WorkloadReference } from '../kubernetes/model.ts';

/**
 * Returns the name of the workload that owns a pod, derived without a request: the name of its
 * owner, or, if that is a ReplicaSet, the ReplicaSet's name without the hash of the pod template.
 * Without an owner, the pod's own name.
 */
export function workloadName({
  name,
  owner,
  labels,
}: Pick<Pod, 'name' | 'owner' | 'labels'>): string {
  if (owner === null) return name;
  if (owner.kind !== 'ReplicaSet') return owner.name;
  const hash = labels['pod-template-hash'];
  if (hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return owner.name.slice(0, -hash.length - 1);
  }
  return owner.name.replace(/-[^-]+$/, '');
}

/** Whether a pod belongs to a workload. */
export function isPodOf(
  pod: Pick<Pod, 'name' | 'owner' | 'labels'>,
  { kind, name }: WorkloadReference,
): boolean {
  const owner = kind === 'Deployment' ? 'ReplicaSet' : kind;
  return pod.owner?.kind === owner && workloadName(pod) === name;
}
