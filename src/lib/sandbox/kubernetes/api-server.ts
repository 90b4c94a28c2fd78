import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isRecord } from '../../json-value.ts';
import type { HttpHandlers } from '../http-server.ts';
import type { Access } from './access.ts';
import { ApiError, methodNotAllowed, noSuchResource } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import type { Collection } from './collection.ts';
import { coreVersions, groupInfo, groupList, resourceList, versionInfo } from './discovery.ts';
import type { Kubelet } from './kubelet.ts';
import { sendList, sendWatch } from './list-watch.ts';
import { sendLog } from './logs.ts';
import type { PodObject } from './objects.ts';
import type { PodBackend } from './pod-backend.ts';
import { PodProxy, parseProxyName } from './pod-proxy.ts';
import { parseResourcePath, type ResourceRequest } from './request-path.ts';
import { readAny, readJson, sendError, sendJson } from './respond.ts';
import type { UserSpec } from './scenario.ts';
import { renderTable, wantsTable } from './tables.ts';
import { refuseUpgrade, Upgrades } from './upgrades.ts';
import type { WorkloadObject } from './workload-objects.ts';
import { full, scaleOf, Writes } from './writes.ts';

const REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'];

/** The parts of an {@link ApiServer}. */
export interface ApiServerOptions {
  readonly cluster: Cluster;
  readonly kubelet: Kubelet;
  readonly access: Access;
  readonly version: string;
  readonly execProtocols: readonly ('v5' | 'v4')[];
  /** Returns the backend of a pod. */
  readonly backend: (pod: PodObject) => PodBackend;
}

/** Authenticates, authorises and dispatches requests. */
export class ApiServer implements HttpHandlers {
  readonly #options: ApiServerOptions;
  readonly #writes: Writes;
  readonly #upgrades: Upgrades;
  readonly #proxy = new PodProxy();

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#writes = new Writes(options.cluster, options.kubelet);
    this.#upgrades = new Upgrades(options.execProtocols);
  }

  /** Closes the connections to pods. */
  close(): void {
    this.#proxy.close();
  }

  isWrite(http: IncomingMessage): boolean {
    if (['GET', 'HEAD', 'OPTIONS'].includes(http.method ?? 'GET')) return false;
    const path = (http.url ?? '').split('?')[0] ?? '';
    const last = path.split('/').at(-1) ?? '';
    return !REVIEWS.includes(last) && !/\/pods\/[^/]+\/(exec|attach|portforward)$/.test(path);
  }

  request(http: IncomingMessage, response: ServerResponse): void {
    this.#answer(http, response).catch((error: unknown) => sendError(response, error));
  }

  upgrade(http: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const user = this.#authenticate(http);
      const request = parseResourcePath(http.method ?? 'GET', urlOf(http));
      if (request?.type.name !== 'pods' || request.name === undefined) throw noSuchResource();
      this.#options.access.check(user, request);
      const pod = this.#pod(request, request.name);
      const backend = (container: string | undefined): PodBackend | undefined =>
        this.#running(pod, container);
      this.#upgrades.serve(request, { pod, backend }, http, socket, head);
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  }

  async #answer(http: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = this.#authenticate(http);
    const url = urlOf(http);
    if (this.#discover(url.pathname, http, response)) return;
    const request = parseResourcePath(http.method ?? 'GET', url);
    if (!request) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('404 page not found\n');
      return;
    }
    this.#options.access.check(user, request);
    if (REVIEWS.includes(request.type.name)) {
      sendJson(response, 201, this.#review(user, request, await readJson(http)));
    } else if (request.type.name === 'pods' && request.subresource !== undefined) {
      this.#podPart(request, http, response, url);
    } else if (['get', 'list', 'watch'].includes(request.verb)) {
      this.#read(request, http, response);
    } else {
      const type = http.headers['content-type'] ?? 'application/json';
      const { code, body } = this.#writes.apply(request, await readAny(http), type);
      sendJson(response, code, body);
    }
  }

  #discover(path: string, http: IncomingMessage, response: ServerResponse): boolean {
    const parts = path.split('/').filter((part) => part !== '');
    const [root, group = '', version = ''] = parts;
    let body: unknown;
    if (path === '/version' || path === '/version/') body = versionInfo(this.#options.version);
    else if (['healthz', 'livez', 'readyz'].includes(root ?? '')) {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('ok');
      return true;
    } else if (root === 'api' && parts.length === 1) body = coreVersions(http.headers.host ?? '');
    else if (root === 'api' && parts.length === 2) body = resourceList('', group);
    else if (root === 'apis' && parts.length === 1) body = groupList();
    else if (root === 'apis' && parts.length === 2) body = groupInfo(group);
    else if (root === 'apis' && parts.length === 3) body = resourceList(group, version);
    if (body === undefined) return false;
    sendJson(response, 200, body);
    return true;
  }

  #review(user: UserSpec, request: ResourceRequest, body: Record<string, unknown>): unknown {
    const { access, cluster } = this.#options;
    const spec = isRecord(body['spec']) ? body['spec'] : {};
    const head = {
      kind: request.type.kind,
      apiVersion: 'authorization.k8s.io/v1',
      metadata: { creationTimestamp: null },
    };
    if (request.type.name === 'selfsubjectaccessreviews') {
      return { ...head, spec, status: access.review(user, spec) };
    }
    const namespace = String(spec['namespace'] ?? cluster.namespace);
    return { ...head, spec: {}, status: access.rules(user, namespace) };
  }

  #read(request: ResourceRequest, http: IncomingMessage, response: ServerResponse): void {
    const { cluster } = this.#options;
    const collection = this.#collection(request);
    if (!request.type.verbs.includes(request.verb)) throw methodNotAllowed();
    if (request.type.name === 'events') cluster.expireEvents();
    if (request.verb === 'watch')
      return void sendWatch(cluster, collection, request, http, response);
    if (request.verb === 'list') return void sendList(cluster, collection, request, http, response);
    const object = collection.get(request.namespace, request.name ?? '');
    if (request.subresource === 'scale') {
      return void sendJson(response, 200, scaleOf(object as WorkloadObject));
    }
    if (request.subresource !== undefined && request.subresource !== 'status') {
      throw noSuchResource();
    }
    if (!wantsTable(http)) return void sendJson(response, 200, full(collection, object));
    const include = request.query.get('includeObject') ?? 'Metadata';
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const now = cluster.clock.nowMs();
    sendJson(response, 200, renderTable(request.type, [object], metadata, { now, include }));
  }

  #podPart(
    request: ResourceRequest,
    http: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): void {
    const { cluster, kubelet } = this.#options;
    const { subresource, name = '' } = request;
    if (subresource === 'proxy') {
      const target = parseProxyName(name);
      const pod = this.#pod(request, target.name);
      const path = `${request.rest === '' ? '/' : request.rest}${url.search}`;
      const backend = this.#running(pod, undefined);
      return void this.#proxy.forward(http, response, { pod, backend, target, path });
    }
    const pod = this.#pod(request, name);
    if (subresource === 'log') return void sendLog(cluster, kubelet, pod, request.query, response);
    if (subresource === 'status' && request.verb === 'get') {
      return void this.#read(request, http, response);
    }
    if (subresource === 'exec' || subresource === 'portforward') {
      throw new ApiError(400, 'BadRequest', 'Upgrade request required');
    }
    throw noSuchResource();
  }

  #pod(request: ResourceRequest, name: string): PodObject {
    return this.#options.cluster.pods.get(request.namespace, name);
  }

  /**
   * Returns the backend of a pod; undefined unless the container (or any, if none is named) is
   * running.
   */
  #running(pod: PodObject, container: string | undefined): PodBackend | undefined {
    const containers = this.#options.kubelet.run(pod)?.containers ?? [];
    const runs = containers.some(
      ({ name, state }) => (container ?? name) === name && state.running !== undefined,
    );
    return runs ? this.#options.backend(pod) : undefined;
  }

  #collection(request: ResourceRequest): Collection {
    const found = this.#options.cluster.collection(request.type.group, request.type.name);
    if (!found) throw noSuchResource();
    return found;
  }

  #authenticate(http: IncomingMessage): UserSpec {
    const impersonated = http.headers['impersonate-user'];
    return this.#options.access.authenticate(
      http.headers.authorization,
      Array.isArray(impersonated) ? impersonated[0] : impersonated,
    );
  }
}

function urlOf(http: IncomingMessage): URL {
  return new URL(http.url ?? '/', 'http://kubernetes');
}
