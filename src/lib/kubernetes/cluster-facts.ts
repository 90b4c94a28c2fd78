import { isAdminError } from '../errors.ts';
import { objectOf } from '../json-value.ts';
import { decodeList } from './decode.ts';
import { nullIfForbidden } from './forbidden.ts';
import type { Transport } from './transport.ts';

/**
 * Returns the API server's current time, from the Date header of a response; null without that
 * header.
 */
export async function serverTime(transport: Transport, signal?: AbortSignal): Promise<Date | null> {
  const response = await transport.request(get('/version', signal));
  await response.discard();
  const at = Date.parse(response.headers['date'] ?? '');
  return Number.isNaN(at) ? null : new Date(at);
}

/** Returns the UID of a namespace; null if it does not exist or is forbidden. */
export async function namespaceId(
  transport: Transport,
  name: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
  const found = await unlessRefused(async () => {
    const response = await transport.ask(get(path, signal), { action: `get namespace ${name}` });
    return objectOf(objectOf(await response.json())['metadata'])['uid'];
  });
  return typeof found === 'string' && found !== '' ? found : null;
}

/** Returns the distinct kubelet versions of all nodes; null without permission to list nodes. */
export function kubeletVersions(
  transport: Transport,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  return unlessRefused(async () => {
    const nodes = await list(transport, '/api/v1/nodes', 'list nodes', signal);
    const versions = nodes.map(
      (node) => objectOf(objectOf(objectOf(node)['status'])['nodeInfo'])['kubeletVersion'],
    );
    return unique(versions);
  });
}

/**
 * Returns the distinct host names of the namespace's Ingresses; null without permission to list
 * them.
 */
export function ingressHosts(
  transport: Transport,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  const { namespace } = transport.target;
  const path = `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/ingresses`;
  return unlessRefused(async () => {
    const ingresses = await list(transport, path, 'list ingresses', signal);
    const rules = ingresses.flatMap((one) => objectOf(objectOf(one)['spec'])['rules'] ?? []);
    return unique(rules.map((rule) => objectOf(rule)['host']));
  });
}

async function list(
  transport: Transport,
  path: string,
  action: string,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let next: string | null = null;
  do {
    const query: string = next === null ? '' : `&continue=${encodeURIComponent(next)}`;
    const response = await transport.ask(get(`${path}?limit=500${query}`, signal), { action });
    const page = decodeList(await response.json());
    items.push(...page.items);
    next = page.next;
  } while (next !== null);
  return items;
}

/**
 * Returns null if the request is forbidden or its resource does not exist (such as an API group of
 * newer servers).
 */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await nullIfForbidden(ask);
  } catch (error) {
    if (isAdminError(error, 'notFound')) return null;
    throw error;
  }
}

function get(path: string, signal: AbortSignal | undefined) {
  return { method: 'GET' as const, path, ...(signal ? { signal } : {}) };
}

function unique(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.filter((one): one is string => typeof one === 'string' && one !== ''))];
}
