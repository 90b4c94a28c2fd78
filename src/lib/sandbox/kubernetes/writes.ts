import { isRecord } from '../../json-value.ts';
import { badRequest, conflict, methodNotAllowed, noSuchResource } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import type { Collection } from './collection.ts';
import type { Kubelet } from './kubelet.ts';
import type { KubeObject, ObjectMeta, PodObject } from './objects.ts';
import { applyPatch, mergePatch } from './patch.ts';
import type { ResourceRequest } from './request-path.ts';
import { apiVersion } from './resources.ts';
import type { WorkloadObject } from './workload-objects.ts';

/** The response to a write request. */
export interface WriteResult {
  readonly code: number;
  readonly body: unknown;
}

/** Creates, replaces, patches and deletes objects. */
export class Writes {
  readonly #cluster: Cluster;
  readonly #kubelet: Kubelet;

  constructor(cluster: Cluster, kubelet: Kubelet) {
    this.#cluster = cluster;
    this.#kubelet = kubelet;
  }

  /**
   * Executes a POST, PUT, PATCH or DELETE request.
   *
   * @param contentType determines the format of a patch
   * @throws ApiError
   */
  apply(request: ResourceRequest, body: unknown, contentType: string): WriteResult {
    const collection = this.#cluster.collection(request.type.group, request.type.name);
    if (!collection || !request.type.verbs.includes(request.verb)) throw methodNotAllowed();
    switch (request.verb) {
      case 'create':
        return this.#create(collection, request, body);
      case 'update':
      case 'patch':
        return this.#change(collection, request, body, contentType);
      case 'delete':
        return this.#delete(collection, request, body);
      case 'deletecollection':
        return this.#deleteAll(collection, request, body);
      default:
        throw methodNotAllowed();
    }
  }

  #create(collection: Collection, request: ResourceRequest, body: unknown): WriteResult {
    const { type } = collection;
    if (!isRecord(body) || !isRecord(body['metadata'])) {
      throw badRequest('the object provided is unrecognized (must be of type Object)');
    }
    if (type.name === 'pods') throw methodNotAllowed();
    const { kind: _, apiVersion: __, metadata, ...rest } = body;
    const given = metadata as Record<string, unknown>;
    const name = String(
      given['name'] ?? `${String(given['generateName'])}${this.#cluster.random.hex(5)}`,
    );
    const created = collection.create({
      metadata: {
        ...this.#cluster.meta(name, {
          ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
        }),
        ...pickMaps(given),
      },
      ...rest,
    });
    return { code: 201, body: full(collection, created) };
  }

  #change(
    collection: Collection,
    request: ResourceRequest,
    body: unknown,
    contentType: string,
  ): WriteResult {
    const stored = collection.get(request.namespace, request.name ?? '');
    if (request.subresource === 'scale') return this.#scale(collection, stored, request, body);
    if (request.subresource !== undefined) throw noSuchResource();
    if (collection.type.name === 'pods') return this.#relabel(collection, stored, body);
    const changed = request.verb === 'update' ? body : applyPatch(contentType, stored, body);
    if (!isRecord(changed) || !isRecord(changed['metadata'])) throw badRequest('not an object');
    this.#checkVersion(collection, stored, changed['metadata'], request.verb === 'update');
    const { kind: _, apiVersion: __, metadata, status: ___, ...rest } = changed;
    const specChanged = JSON.stringify(rest['spec']) !== JSON.stringify(stored.spec);
    const generation = stored.metadata.generation;
    const updated = collection.update({
      ...rest,
      metadata: {
        ...stored.metadata,
        ...pickMaps(metadata),
        ...(generation === undefined ? {} : { generation: generation + (specChanged ? 1 : 0) }),
      },
      ...(stored.status === undefined ? {} : { status: stored.status }),
    });
    return { code: 200, body: full(collection, updated) };
  }

  /** Updates a pod, of which only labels and annotations may change. */
  #relabel(collection: Collection, stored: KubeObject, body: unknown): WriteResult {
    const merged = mergePatch(stored, body);
    if (!isRecord(merged) || !isRecord(merged['metadata'])) throw badRequest('not an object');
    const updated = collection.update({
      ...stored,
      metadata: { ...stored.metadata, ...pickMaps(merged['metadata']) },
    });
    return { code: 200, body: full(collection, updated) };
  }

  #checkVersion(
    collection: Collection,
    stored: KubeObject,
    metadata: Readonly<Record<string, unknown>>,
    replacing: boolean,
  ): void {
    const seen = metadata['resourceVersion'];
    if (seen === undefined && replacing && collection.type.name === 'leases') {
      throw badRequest(
        'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
      );
    }
    if (seen === undefined || seen === '' || seen === stored.metadata.resourceVersion) return;
    const { group, name } = collection.type;
    throw conflict({ group, resource: name }, stored.metadata.name);
  }

  #scale(
    collection: Collection,
    stored: KubeObject,
    request: ResourceRequest,
    body: unknown,
  ): WriteResult {
    const workload = stored as WorkloadObject;
    const current = scaleOf(workload);
    const wanted = request.verb === 'update' ? body : mergePatch(current, body);
    const spec = isRecord(wanted) && isRecord(wanted['spec']) ? wanted['spec'] : {};
    const replicas = Number(spec['replicas'] ?? 0);
    const updated = collection.update({
      ...workload,
      metadata: {
        ...workload.metadata,
        generation:
          (workload.metadata.generation ?? 1) + (replicas === workload.spec.replicas ? 0 : 1),
      },
      spec: { ...workload.spec, replicas },
    } as KubeObject);
    return { code: 200, body: scaleOf(updated as WorkloadObject) };
  }

  #delete(collection: Collection, request: ResourceRequest, body: unknown): WriteResult {
    const stored = collection.get(request.namespace, request.name ?? '');
    this.#checkPreconditions(collection, stored, body);
    if (isDryRun(request, body)) return { code: 200, body: full(collection, stored) };
    if (collection.type.name === 'pods') {
      const pod = this.#deletePod(stored as PodObject, gracePeriod(request, body));
      return { code: 200, body: full(collection, pod) };
    }
    collection.remove(stored);
    const { group, name: kind } = collection.type;
    const { name, uid } = stored.metadata;
    return {
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name, ...(group === '' ? {} : { group }), kind, uid },
      },
    };
  }

  #checkPreconditions(collection: Collection, stored: KubeObject, body: unknown): void {
    const wanted = isRecord(body) && isRecord(body['preconditions']) ? body['preconditions'] : {};
    const uid = wanted['uid'];
    if (uid === undefined || uid === stored.metadata.uid) return;
    throw conflict(
      { group: collection.type.group, resource: collection.type.name },
      stored.metadata.name,
    );
  }

  #deletePod(pod: PodObject, requestedGrace: number | null): PodObject {
    const grace = requestedGrace ?? pod.spec.terminationGracePeriodSeconds;
    const left = pod.metadata.deletionGracePeriodSeconds;
    // A second delete can only shorten the grace period.
    if (left !== undefined && grace >= left) return pod;
    return this.#kubelet.terminate(pod, pod.spec.nodeName === undefined ? 0 : grace);
  }

  #deleteAll(collection: Collection, request: ResourceRequest, body: unknown): WriteResult {
    const items = collection.list(request.namespace);
    for (const { metadata } of items) {
      this.#delete(collection, { ...request, name: metadata.name }, body);
    }
    const { kind } = collection.type;
    const metadata = { resourceVersion: String(collection.version) };
    return {
      code: 200,
      body: { kind: `${kind}List`, apiVersion: apiVersion(collection.type), metadata, items },
    };
  }
}

/** Returns an object with its kind and apiVersion, as it is sent outside of lists. */
export function full(collection: Collection, object: KubeObject): unknown {
  const { type } = collection;
  return { kind: type.kind, apiVersion: apiVersion(type), ...object };
}

/** Returns the `scale` subresource of a workload. */
export function scaleOf(workload: WorkloadObject): unknown {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const selector = Object.entries(workload.spec.selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: workload.spec.replicas },
    status: { replicas: Number(workload.status['replicas'] ?? 0), selector },
  };
}

/** Returns the parts of metadata that a client may set. */
function pickMaps(metadata: unknown): Pick<ObjectMeta, 'labels' | 'annotations'> {
  if (!isRecord(metadata)) return {};
  const { labels, annotations } = metadata as Pick<ObjectMeta, 'labels' | 'annotations'>;
  return { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
}

function isDryRun(request: ResourceRequest, body: unknown): boolean {
  const inBody = isRecord(body) && Array.isArray(body['dryRun']) && body['dryRun'].includes('All');
  return inBody || request.query.get('dryRun') === 'All';
}

function gracePeriod(request: ResourceRequest, body: unknown): number | null {
  const inBody = isRecord(body) ? body['gracePeriodSeconds'] : undefined;
  const given = inBody ?? request.query.get('gracePeriodSeconds');
  return given === undefined || given === null ? null : Number(given);
}
