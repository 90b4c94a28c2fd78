import type { ClusterTarget } from './client.ts';

/** The path of the pods of a namespace. */
export function podsPath(target: ClusterTarget): string {
  return `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods`;
}

/** The path of a pod. */
export function podPath(target: ClusterTarget, pod: string): string {
  return `${podsPath(target)}/${encodeURIComponent(pod)}`;
}
