import type { PodSelector } from './client.ts';
import { decodeEvent, decodeList, decodePod } from './decode.ts';
import { namespaceNotFound } from './errors.ts';
import { nullIfForbidden } from './forbidden.ts';
import type { KubernetesEvent, Pod } from './model.ts';
import { podsPath } from './paths.ts';
import type { Transport } from './transport.ts';

const PAGE = 500;

/** Returns a selector as query parameters. */
export function selectorQuery(selector: PodSelector): URLSearchParams {
  const query = new URLSearchParams();
  if (selector.labelSelector) query.set('labelSelector', selector.labelSelector);
  if (selector.fieldSelector) query.set('fieldSelector', selector.fieldSelector);
  return query;
}

async function listPage(
  transport: Transport,
  path: string,
  selector: PodSelector,
  next: string | null,
): Promise<PodList & { readonly next: string | null }> {
  const query = selectorQuery(selector);
  query.set('limit', String(PAGE));
  if (next !== null) query.set('continue', next);
  const response = await transport.ask(
    {
      method: 'GET',
      path: `${path}?${query}`,
      ...(selector.signal ? { signal: selector.signal } : {}),
    },
    { action: 'list pods', selector: selector.labelSelector ?? selector.fieldSelector },
  );
  const list = decodeList(await response.json());
  return { ...list, pods: list.items.map(decodePod) };
}

/** All pods that match a selector, and the resource version of the list. */
export interface PodList {
  readonly pods: readonly Pod[];
  readonly resourceVersion: string;
}

/**
 * Returns all pods of the namespace that match a selector.
 *
 * @throws AdminError `notFound` NAMESPACE_NOT_FOUND, because the API returns an empty list for a
 *   missing namespace
 */
export async function listPods(transport: Transport, selector: PodSelector): Promise<PodList> {
  const { pods, resourceVersion } = await everyPage(
    transport,
    podsPath(transport.target),
    selector,
  );
  const { namespace } = transport.target;
  if (
    pods.length === 0 &&
    (await namespaceExists(transport, namespace, selector.signal)) === false
  ) {
    throw namespaceNotFound(namespace, transport.target);
  }
  return { pods, resourceVersion };
}

/** Returns the matching pods of all namespaces; null without permission to list them. */
export async function listAllPods(
  transport: Transport,
  selector: PodSelector,
): Promise<readonly Pod[] | null> {
  const list = await nullIfForbidden(() => everyPage(transport, '/api/v1/pods', selector));
  return list?.pods ?? null;
}

async function everyPage(
  transport: Transport,
  path: string,
  selector: PodSelector,
): Promise<PodList> {
  const pods: Pod[] = [];
  let resourceVersion: string;
  let next: string | null = null;
  do {
    const page = await listPage(transport, path, selector, next);
    pods.push(...page.pods);
    ({ next, resourceVersion } = page);
  } while (next !== null);
  return { pods, resourceVersion };
}

/** Returns whether a namespace exists; null if that cannot be determined. */
export async function namespaceExists(
  transport: Transport,
  name: string,
  signal?: AbortSignal,
): Promise<boolean | null> {
  const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
  const response = await transport.request({ method: 'GET', path, ...(signal ? { signal } : {}) });
  await response.discard();
  return response.status === 404 ? false : response.status < 400 ? true : null;
}

/**
 * Returns the events of a pod, ordered by their last occurrence. The pods of a StatefulSet follow
 * each other under one name, so the UID is selected too, as `kubectl describe` does.
 */
export async function podEvents(
  transport: Transport,
  { name, uid }: Pick<Pod, 'name' | 'uid'>,
  signal?: AbortSignal,
): Promise<readonly KubernetesEvent[]> {
  const { target } = transport;
  const query = new URLSearchParams({
    fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${name},involvedObject.uid=${uid}`,
  });
  const path = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/events?${query}`;
  const response = await transport.ask(
    { method: 'GET', path, ...(signal ? { signal } : {}) },
    { action: `list the events of pod ${name}` },
  );
  const events = decodeList(await response.json()).items.map(decodeEvent);
  return events.sort((a, b) => (a.lastAt?.getTime() ?? 0) - (b.lastAt?.getTime() ?? 0));
}
