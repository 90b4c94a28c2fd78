import type { Pod, WorkloadReference } from '../kubernetes/model.ts';

/**
 * What the workload of a pod is called, without asking for it: a pod is named after its owner, a
 * ReplicaSet after its Deployment and the hash that its pods carry. The pod's own name where
 * nothing owns it.
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

/** Whether a workload keeps a pod. */
export function isPodOf(
  pod: Pick<Pod, 'name' | 'owner' | 'labels'>,
  { kind, name }: WorkloadReference,
): boolean {
  const owner = kind === 'Deployment' ? 'ReplicaSet' : kind;
  return pod.owner?.kind === owner && workloadName(pod) === name;
}
