import { AdminError } from '../errors.ts';
import { type JsonObject, objectOf } from '../json-value.ts';
import type { Container, KubernetesEvent, Pod, Termination } from './model.ts';
import { parseQuantity } from './quantity.ts';

const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed'] as const;

/**
 * Decodes a Pod of the Kubernetes API; most missing fields become null.
 *
 * @throws AdminError `service` KUBERNETES_ERROR if the value is not a pod
 */
export function decodePod(value: unknown): Pod {
  const pod = objectOf(value);
  const metadata = objectOf(pod['metadata']);
  const status = objectOf(pod['status']);
  const spec = objectOf(pod['spec']);
  const name = string(metadata['name']);
  if (name === null) {
    throw new AdminError('service', 'The response of Kubernetes is not a pod', {
      code: 'KUBERNETES_ERROR',
    });
  }
  return {
    name,
    namespace: string(metadata['namespace']) ?? '',
    uid: string(metadata['uid']) ?? '',
    labels: strings(metadata['labels']),
    phase: PHASES.find((phase) => phase === status['phase']) ?? 'Unknown',
    reason: string(status['reason']),
    message: string(status['message']),
    createdAt: date(metadata['creationTimestamp']),
    deletedAt: date(metadata['deletionTimestamp']),
    nodeName: string(spec['nodeName']),
    podIp: string(status['podIP']),
    owner: owner(metadata['ownerReferences']),
    containers: containers(spec['containers'], status['containerStatuses']),
    ...othersOf(spec, status),
    conditions: list(status['conditions']).map((condition) => ({
      type: string(condition['type']) ?? '',
      status: string(condition['status']) ?? 'Unknown',
      reason: string(condition['reason']),
      message: string(condition['message']),
    })),
    resourceVersion: string(metadata['resourceVersion']) ?? '',
  };
}

/** Decodes an Event (core/v1) of the Kubernetes API. */
export function decodeEvent(value: unknown): KubernetesEvent {
  const event = objectOf(value);
  const about = objectOf(event['involvedObject']);
  const series = objectOf(event['series']);
  const at = date(event['eventTime']);
  return {
    type: string(event['type']) ?? '',
    reason: string(event['reason']) ?? '',
    message: string(event['message']) ?? '',
    count: number(event['count']) ?? number(series['count']) ?? 1,
    firstAt: date(event['firstTimestamp']) ?? at,
    lastAt: date(event['lastTimestamp']) ?? date(series['lastObservedTime']) ?? at,
    involvedObject: {
      kind: string(about['kind']) ?? '',
      name: string(about['name']) ?? '',
    },
  };
}

/**
 * Returns the items of a list and the `continue` token of the next page; null for the last page.
 */
export function decodeList(value: unknown): {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string | null;
} {
  const document = objectOf(value);
  const metadata = objectOf(document['metadata']);
  const next = string(metadata['continue']);
  return {
    items: Array.isArray(document['items']) ? document['items'] : [],
    resourceVersion: string(metadata['resourceVersion']) ?? '',
    next: next === '' ? null : next,
  };
}

/**
 * Merges the containers of the spec with their statuses. A pod that was not scheduled has no
 * statuses.
 */
function containers(specified: unknown, reported: unknown): readonly Container[] {
  const statuses = new Map(list(reported).map((one) => [one['name'], one]));
  const declared = list(specified);
  const all = declared.length > 0 ? declared : [...statuses.values()];
  return all.map((one) => container(one, statuses.get(one['name']) ?? {}));
}

/** Returns the init and ephemeral containers; leaves out an empty list. */
function othersOf(
  spec: JsonObject,
  status: JsonObject,
): Pick<Pod, 'initContainers' | 'ephemeralContainers'> {
  const init = containers(spec['initContainers'], status['initContainerStatuses']);
  const ephemeral = containers(spec['ephemeralContainers'], status['ephemeralContainerStatuses']);
  return {
    ...(init.length > 0 ? { initContainers: init } : {}),
    ...(ephemeral.length > 0 ? { ephemeralContainers: ephemeral } : {}),
  };
}

function container(declared: JsonObject, status: JsonObject): Container {
  const state = objectOf(status['state']);
  const kind = (['waiting', 'running', 'terminated'] as const).find((one) => state[one]);
  const detail = kind ? objectOf(state[kind]) : {};
  const limits = objectOf(objectOf(declared['resources'])['limits']);
  return {
    name: string(declared['name']) ?? '',
    // The status may name the same image by another tag of the node, or by its digest.
    image: string(declared['image']) ?? string(status['image']),
    ready: status['ready'] === true,
    restarts: number(status['restartCount']) ?? 0,
    state: kind ?? 'unknown',
    reason: string(detail['reason']),
    message: string(detail['message']),
    exitCode: number(detail['exitCode']),
    startedAt: date(detail['startedAt']),
    termination: termination(state['terminated']),
    lastTermination: termination(objectOf(status['lastState'])['terminated']),
    started: typeof status['started'] === 'boolean' ? status['started'] : null,
    sidecar: declared['restartPolicy'] === 'Always',
    memoryLimitBytes: parseQuantity(limits['memory']),
  };
}

function termination(value: unknown): Termination | null {
  if (value === undefined || value === null) return null;
  const ended = objectOf(value);
  return {
    reason: string(ended['reason']),
    exitCode: number(ended['exitCode']),
    signal: number(ended['signal']),
    message: string(ended['message']),
    startedAt: date(ended['startedAt']),
    finishedAt: date(ended['finishedAt']),
  };
}

function owner(value: unknown): Pod['owner'] {
  const all = list(value);
  const one = all.find((reference) => reference['controller'] === true) ?? all[0];
  if (!one) return null;
  return { kind: string(one['kind']) ?? '', name: string(one['name']) ?? '' };
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function strings(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(objectOf(value));
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function string(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function date(value: unknown): Date | null {
  if (typeof value !== 'string') return null;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
