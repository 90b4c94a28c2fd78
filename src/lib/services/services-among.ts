import type { Pod } from '../kubernetes/model.ts';
import type { Catalogue } from './catalogue.ts';

/** Returns the names of the services that have one of the pods. */
export function servicesAmong(
  pods: readonly Pod[],
  catalogue: Pick<Catalogue, 'serviceOf'>,
): ReadonlySet<string> {
  return new Set(pods.flatMap((pod) => catalogue.serviceOf(pod)?.name ?? []));
}
