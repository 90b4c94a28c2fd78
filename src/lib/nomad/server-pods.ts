import type { Pod } from '../kubernetes/model.ts';
import { judgePod } from '../pods/judge.ts';

/** The pod through which the Nomad server is reached. */
export interface WantedPod {
  readonly pod: string;
  /** Whether the operator named the pod; if so, no other pod is used. */
  readonly podNamed: boolean;
}

/**
 * Returns whether a pod runs a Nomad server of CircleCI Server. The pod is `circleci-nomad-0` in
 * 3.x, and `nomad-server-0` with the label `app=nomad-server` in 4.x (the operations guides).
 */
export function isNomadServerPod({ name, labels }: Pick<Pod, 'name' | 'labels'>): boolean {
  return labels['app'] === 'nomad-server' || /^(circleci-nomad|nomad-server)-\d+$/.test(name);
}

/** Returns the pods that run a Nomad server: ready ones first, then by number. */
export function nomadServersAmong(pods: readonly Pod[]): readonly Pod[] {
  return pods
    .filter(isNomadServerPod)
    .toSorted(
      (a, b) =>
        Number(isReady(b)) - Number(isReady(a)) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

/**
 * Chooses the pod through which the Nomad server is reached from the pods of its namespace. Returns
 * the wanted pod if it exists, else the first of {@link nomadServersAmong} unless the operator
 * named the pod; null if there is none.
 */
export function chooseServerPod(pods: readonly Pod[], { pod, podNamed }: WantedPod): Pod | null {
  const wanted = pods.find(({ name }) => name === pod);
  if (wanted || podNamed) return wanted ?? null;
  return nomadServersAmong(pods)[0] ?? null;
}

function isReady(pod: Pod): boolean {
  return judgePod(pod).health === 'ready';
}
