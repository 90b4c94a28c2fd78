import type { ClusterTarget } from './client.ts';

/** Returns the API path of the namespace's pods. */
export function podsPath(target: ClusterTarget): string {
  return `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods`;
}

/** Returns the API path of a pod. */
export function podPath(target: ClusterTarget, pod: string): string {
  return `${podsPath(target)}/${encodeURIComponent(pod)}`;
}
