import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, badRequest, expired } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import type { Change, Collection } from './collection.ts';
import { fieldValues, selectableFields } from './fields.ts';
import type { KubeObject } from './objects.ts';
import { isTrue, type ResourceRequest } from './request-path.ts';
import { apiVersion, type ResourceType } from './resources.ts';
import { commonHeaders, sendJson } from './respond.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { renderTable, type TableOptions, wantsTable } from './tables.ts';

const BOOKMARK_EVERY_MS = 60_000;
/** The duration of a watch without a timeout; the API server picks 30 to 60 minutes. */
const WATCH_MS = 45 * 60_000;

/** Returns whether an object matches the selectors of a list or watch. */
type Matcher = (object: KubeObject) => boolean;

function matcher(type: ResourceType, request: ResourceRequest): Matcher {
  const labels = parseLabelSelector(request.query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(
    request.query.get('fieldSelector') ?? '',
    selectableFields(type),
  );
  return (object) =>
    (request.namespace === undefined || object.metadata.namespace === request.namespace) &&
    (request.name === undefined || object.metadata.name === request.name) &&
    labels(object.metadata.labels ?? {}) &&
    fields(fieldValues(type, object));
}

/** Responds to `list` with selectors, pages, and the table format that kubectl requests. */
export function sendList(
  cluster: Cluster,
  collection: Collection,
  request: ResourceRequest,
  http: IncomingMessage,
  response: ServerResponse,
): void {
  const { type } = collection;
  const matches = matcher(type, request);
  const all = collection.list(request.namespace).filter(matches);
  const { items, metadata } = page(all, collection, request);
  if (wantsTable(http)) {
    const options: TableOptions = {
      now: cluster.clock.nowMs(),
      include: request.query.get('includeObject') ?? 'Metadata',
    };
    sendJson(response, 200, renderTable(type, items, metadata, options));
    return;
  }
  sendJson(response, 200, {
    kind: `${type.kind}List`,
    apiVersion: apiVersion(type),
    metadata,
    items,
  });
}

function page(
  all: readonly KubeObject[],
  collection: Collection,
  request: ResourceRequest,
): { readonly items: readonly KubeObject[]; readonly metadata: Record<string, unknown> } {
  const { query } = request;
  const limit = Number(query.get('limit') ?? '0');
  if (!Number.isInteger(limit)) throw badRequest(`strconv.ParseInt: parsing "${limit}"`);
  const token = query.get('continue');
  const start = token === null || token === '' ? '' : continueFrom(token, collection);
  const rest = all.filter((object) => key(object, request) > start);
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const last = items.at(-1);
  const metadata: Record<string, unknown> = { resourceVersion: String(collection.version) };
  if (last && items.length < rest.length) {
    const mark = {
      v: 'meta.k8s.io/v1',
      rv: collection.version,
      start: `${key(last, request)}\u0000`,
    };
    metadata['continue'] = Buffer.from(JSON.stringify(mark)).toString('base64url');
    const selected = query.get('labelSelector') || query.get('fieldSelector');
    if (!selected) metadata['remainingItemCount'] = rest.length - items.length;
  }
  return { items, metadata };
}

function key(object: KubeObject, request: ResourceRequest): string {
  const { namespace, name } = object.metadata;
  return request.namespace === undefined && namespace !== undefined ? `${namespace}/${name}` : name;
}

function continueFrom(token: string, collection: Collection): string {
  const text = Buffer.from(token, 'base64url').toString();
  const match = /"rv":(\d+),"start":"([^"]*)\\u0000"/.exec(text);
  if (!match) throw badRequest('continue key is not valid: illegal base64 data');
  if (collection.since(Number(match[1])) === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
  return match[2] ?? '';
}

function forbiddenForWatch(option: string): ApiError {
  const message = `ListOptions.meta.k8s.io "" is invalid: ${option}: Forbidden: ${option} is forbidden for watch`;
  return new ApiError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: 'ListOptions' });
}

/**
 * Responds to `watch` with a line of JSON per change until the client disconnects or the timeout.
 */
export function sendWatch(
  cluster: Cluster,
  collection: Collection,
  request: ResourceRequest,
  http: IncomingMessage,
  response: ServerResponse,
): void {
  // Servers before 1.27 reject streaming lists; clients then list and watch separately.
  if (request.query.has('resourceVersionMatch')) throw forbiddenForWatch('resourceVersionMatch');
  const matches = matcher(collection.type, request);
  const resourceVersion = request.query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(resourceVersion))
    throw badRequest(`resource version "${resourceVersion}" is not a number`);
  const seconds = Number(request.query.get('timeoutSeconds') ?? '0');
  const encode = encoder(cluster, collection.type, request, http);
  response.writeHead(200, { ...commonHeaders(), 'Content-Type': 'application/json' });
  response.flushHeaders();
  const write = (type: string, object: unknown): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const send = (change: Change): void => {
    const seen = seenAs(change, matches);
    if (seen) write(seen, encode(change.object));
  };
  const missed =
    resourceVersion === '' || resourceVersion === '0'
      ? []
      : collection.since(Number(resourceVersion));
  if (missed === undefined) {
    const message = `too old resource version: ${resourceVersion} (${collection.version})`;
    write('ERROR', new ApiError(410, 'Expired', message).document);
    response.end();
    return;
  }
  if (resourceVersion === '' || resourceVersion === '0') {
    for (const object of collection.list(request.namespace).filter(matches)) {
      write('ADDED', encode(object));
    }
  }
  for (const change of missed) send(change);
  const unsubscribe = collection.subscribe(send);
  const bookmarks = isTrue(request.query, 'allowWatchBookmarks');
  const stop = bookmarks ? bookmark(cluster, collection, write) : (): void => undefined;
  const limit = cluster.clock.schedule(seconds > 0 ? seconds * 1_000 : WATCH_MS, () =>
    response.end(),
  );
  response.once('close', () => {
    unsubscribe();
    stop();
    limit.cancel();
  });
}

/**
 * Returns the type of a change as a watch sees it: an object that begins to match is added, one
 * that ceases to match is deleted.
 */
function seenAs(change: Change, matches: Matcher): string | undefined {
  const now = matches(change.object);
  if (change.type !== 'MODIFIED') return now ? change.type : undefined;
  const before = change.previous !== undefined && matches(change.previous);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function encoder(
  cluster: Cluster,
  type: ResourceType,
  request: ResourceRequest,
  http: IncomingMessage,
): (object: KubeObject) => unknown {
  if (!wantsTable(http)) {
    return (object) => ({ kind: type.kind, apiVersion: apiVersion(type), ...object });
  }
  const include = request.query.get('includeObject') ?? 'Metadata';
  return (object) =>
    renderTable(
      type,
      [object],
      { resourceVersion: object.metadata.resourceVersion },
      { now: cluster.clock.nowMs(), include },
    );
}

function bookmark(
  cluster: Cluster,
  collection: Collection,
  write: (type: string, object: unknown) => void,
): () => void {
  const { type } = collection;
  const tick = (): void => {
    write('BOOKMARK', {
      kind: type.kind,
      apiVersion: apiVersion(type),
      metadata: { resourceVersion: String(collection.version), creationTimestamp: null },
    });
    timer = cluster.clock.schedule(BOOKMARK_EVERY_MS, tick);
  };
  let timer = cluster.clock.schedule(BOOKMARK_EVERY_MS, tick);
  return () => timer.cancel();
}
