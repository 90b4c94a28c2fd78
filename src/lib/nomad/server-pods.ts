import type { Pod } from '../kubernetes/model.ts';

/**
 * Whether a pod runs a Nomad server of CircleCI Server: `circleci-nomad-0` in 3.x, `nomad-server-0`
 * and the label `app=nomad-server` in 4.x (the operations guides).
 */
export function isNomadServerPod({ name, labels }: Pick<Pod, 'name' | 'labels'>): boolean {
  return labels['app'] === 'nomad-server' || /^(circleci-nomad|nomad-server)-\d+$/.test(name);
}
