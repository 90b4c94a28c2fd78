import { type ResourceType, resourceType } from './resources.ts';

/** The parsed path and method of a request for a resource. */
export interface ResourceRequest {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The path after the subresource, with its slash; used for the pod proxy. */
  readonly rest: string;
  /** The verb for RBAC. */
  readonly verb: string;
  readonly query: URLSearchParams;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Parses a path; returns undefined if it does not name a served resource. */
export function parseResourcePath(method: string, url: URL): ResourceRequest | undefined {
  const parts = url.pathname.split('/').slice(1);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const group = core ? '' : (parts[1] ?? '');
  const version = (core ? parts[1] : parts[2]) ?? '';
  let tail = parts.slice(core ? 2 : 3);
  let namespace: string | undefined;
  if (tail[0] === 'namespaces' && tail.length > 2 && tail[2] !== 'status') {
    namespace = decodeURIComponent(tail[1] ?? '');
    tail = tail.slice(2);
  }
  const [resource = '', name, subresource, ...rest] = tail;
  const type = resourceType(group, resource);
  if (!type || type.version !== version) return undefined;
  if (namespace !== undefined && !type.namespaced) return undefined;
  const named = name === undefined || name === '' ? undefined : decodeURIComponent(name);
  return {
    type,
    namespace,
    name: named,
    subresource: subresource === '' ? undefined : subresource,
    rest: rest.length === 0 ? '' : `/${rest.join('/')}`,
    verb: verbOf(method, named, subresource, url.searchParams),
    query: url.searchParams,
  };
}

function verbOf(
  method: string,
  name: string | undefined,
  subresource: string | undefined,
  query: URLSearchParams,
): string {
  if (method === 'GET' || method === 'HEAD') {
    if (name !== undefined) return isTrue(query, 'watch') && !subresource ? 'watch' : 'get';
    return isTrue(query, 'watch') ? 'watch' : 'list';
  }
  if (method === 'DELETE' && name === undefined) return 'deletecollection';
  return VERBS[method] ?? method.toLowerCase();
}

/** Returns whether a query parameter is true, parsed like Go's strconv. */
export function isTrue(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}
