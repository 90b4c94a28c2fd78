import type { Pod } from '../kubernetes/model.ts';
import { judgePod } from '../pods/judge.ts';

/** Which pod to reach the Nomad server through. */
export interface WantedPod {
  readonly pod: string;
  /** Somebody has named it, so that no other one will do. */
  readonly podNamed: boolean;
}

/**
 * Whether a pod runs a Nomad server of CircleCI Server: `circleci-nomad-0` in 3.x, `nomad-server-0`
 * and the label `app=nomad-server` in 4.x (the operations guides).
 */
export function isNomadServerPod({ name, labels }: Pick<Pod, 'name' | 'labels'>): boolean {
  return labels['app'] === 'nomad-server' || /^(circleci-nomad|nomad-server)-\d+$/.test(name);
}

/** The pods of a namespace that run a Nomad server: ready ones first, then by their number. */
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
 * The pod that the Nomad server is reached through, out of those of its namespace: the one that is
 * wanted; where that is not there and nobody has named it, the first of
 * {@link nomadServersAmong}. Null where there is none.
 */
export function chooseServerPod(pods: readonly Pod[], { pod, podNamed }: WantedPod): Pod | null {
  const wanted = pods.find(({ name }) => name === pod);
  if (wanted || podNamed) return wanted ?? null;
  return nomadServersAmong(pods)[0] ?? null;
}

function isReady(pod: Pod): boolean {
  return judgePod(pod).health === 'ready';
}
