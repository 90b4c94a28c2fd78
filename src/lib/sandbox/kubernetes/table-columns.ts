import { isRecord } from '../../json-value.ts';
import type { KubeObject, PodObject } from './objects.ts';
import { podDisplayStatus } from './pod-display-status.ts';

/** A column of a server-side table. */
export interface Column {
  readonly name: string;
  readonly type?: 'string' | 'integer';
  readonly description?: string;
  /** Whether it is shown only with `-o wide`. */
  readonly wide?: boolean;
  readonly cell: (object: KubeObject, now: number) => unknown;
}

/** Formats an age like apimachinery's duration.HumanDuration. */
function humanAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', hours % 24, 'h');
  return days < 730 ? `${days}d` : two(Math.floor(days / 365), 'y', days % 365, 'd');
}

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

function read(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined;
  return value;
}

function number(object: KubeObject, path: string): number {
  const value = read(object, path);
  return typeof value === 'number' ? value : 0;
}

function since(time: unknown, now: number): string {
  return typeof time === 'string' ? humanAge(now - Date.parse(time)) : '<unknown>';
}

const NAME: Column = { name: 'Name', cell: (object) => object.metadata.name };
const AGE: Column = {
  name: 'Age',
  cell: (object, now) => since(object.metadata.creationTimestamp, now),
};

function labelsText(labels: unknown): string {
  if (!isRecord(labels)) return '<none>';
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

function containers(object: KubeObject, path: string, field: string): string {
  const list = read(object, path);
  if (!Array.isArray(list)) return '<none>';
  return list.map((container: unknown) => String(read(container, field))).join(',');
}

const TEMPLATE: readonly Column[] = [
  {
    name: 'Containers',
    wide: true,
    cell: (object) => containers(object, 'spec.template.spec.containers', 'name'),
  },
  {
    name: 'Images',
    wide: true,
    cell: (object) => containers(object, 'spec.template.spec.containers', 'image'),
  },
];

const SELECTOR: Column = {
  name: 'Selector',
  wide: true,
  cell: (object) => labelsText(read(object, 'spec.selector.matchLabels')),
};

const POD_COLUMNS: readonly Column[] = [
  NAME,
  {
    name: 'Ready',
    cell: (object) => {
      const list = (object as PodObject).status.containerStatuses ?? [];
      const ready = list.filter((status) => status.ready && status.state.running).length;
      return `${ready}/${(object as PodObject).spec.containers.length}`;
    },
  },
  { name: 'Status', cell: (object) => podDisplayStatus(object as PodObject) },
  {
    name: 'Restarts',
    type: 'integer',
    cell: (object) =>
      ((object as PodObject).status.containerStatuses ?? []).reduce(
        (sum, status) => sum + status.restartCount,
        0,
      ),
  },
  AGE,
  { name: 'IP', wide: true, cell: (object) => read(object, 'status.podIP') ?? '<none>' },
  { name: 'Node', wide: true, cell: (object) => read(object, 'spec.nodeName') ?? '<none>' },
  { name: 'Nominated Node', wide: true, cell: () => '<none>' },
  { name: 'Readiness Gates', wide: true, cell: () => '<none>' },
];

const EVENT_COLUMNS: readonly Column[] = [
  {
    name: 'Last Seen',
    cell: (object, now) => since(read(object, 'lastTimestamp') ?? read(object, 'eventTime'), now),
  },
  { name: 'Type', cell: (object) => read(object, 'type') },
  { name: 'Reason', cell: (object) => read(object, 'reason') },
  {
    name: 'Object',
    cell: (object) =>
      `${String(read(object, 'involvedObject.kind')).toLowerCase()}/${String(read(object, 'involvedObject.name'))}`,
  },
  {
    name: 'Subobject',
    wide: true,
    cell: (object) => read(object, 'involvedObject.fieldPath') ?? '',
  },
  {
    name: 'Source',
    wide: true,
    cell: (object) => read(object, 'source.component') ?? read(object, 'reportingComponent') ?? '',
  },
  { name: 'Message', cell: (object) => read(object, 'message') },
  {
    name: 'First Seen',
    wide: true,
    cell: (object, now) => since(read(object, 'firstTimestamp') ?? read(object, 'eventTime'), now),
  },
  {
    name: 'Count',
    type: 'integer',
    wide: true,
    cell: (object) => number(object, 'count') || 1,
  },
  { ...NAME, wide: true },
];

function readyOf(wanted: string): Column {
  return {
    name: 'Ready',
    cell: (object) => `${number(object, 'status.readyReplicas')}/${number(object, wanted)}`,
  };
}

function count(name: string, path: string): Column {
  return { name, type: 'integer', cell: (object) => number(object, path) };
}

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: POD_COLUMNS,
  events: EVENT_COLUMNS,
  deployments: [
    NAME,
    readyOf('spec.replicas'),
    count('Up-to-date', 'status.updatedReplicas'),
    count('Available', 'status.availableReplicas'),
    AGE,
    ...TEMPLATE,
    SELECTOR,
  ],
  replicasets: [
    NAME,
    count('Desired', 'spec.replicas'),
    count('Current', 'status.replicas'),
    count('Ready', 'status.readyReplicas'),
    AGE,
    ...TEMPLATE,
    SELECTOR,
  ],
  statefulsets: [NAME, readyOf('spec.replicas'), AGE, ...TEMPLATE],
  jobs: [
    NAME,
    {
      name: 'Completions',
      cell: (object) =>
        `${number(object, 'status.succeeded')}/${number(object, 'spec.completions')}`,
    },
    {
      name: 'Duration',
      cell: (object) => {
        const ended = read(object, 'status.completionTime');
        return typeof ended === 'string'
          ? since(read(object, 'status.startTime'), Date.parse(ended))
          : '';
      },
    },
    AGE,
    ...TEMPLATE,
    SELECTOR,
  ],
  nodes: [
    NAME,
    {
      name: 'Status',
      cell: (object) =>
        read(object, 'spec.unschedulable') === true ? 'Ready,SchedulingDisabled' : 'Ready',
    },
    { name: 'Roles', cell: () => '<none>' },
    AGE,
    { name: 'Version', cell: (object) => read(object, 'status.nodeInfo.kubeletVersion') },
    {
      name: 'Internal-IP',
      wide: true,
      cell: (object) => {
        const addresses = read(object, 'status.addresses');
        return Array.isArray(addresses) ? read(addresses[0], 'address') : '<none>';
      },
    },
    { name: 'External-IP', wide: true, cell: () => '<none>' },
    { name: 'OS-Image', wide: true, cell: (object) => read(object, 'status.nodeInfo.osImage') },
    {
      name: 'Kernel-Version',
      wide: true,
      cell: (object) => read(object, 'status.nodeInfo.kernelVersion'),
    },
    {
      name: 'Container-Runtime',
      wide: true,
      cell: (object) => read(object, 'status.nodeInfo.containerRuntimeVersion'),
    },
  ],
  configmaps: [
    NAME,
    {
      name: 'Data',
      type: 'integer',
      cell: (object) => Object.keys(Object(read(object, 'data') ?? {})).length,
    },
    AGE,
  ],
  namespaces: [NAME, { name: 'Status', cell: (object) => read(object, 'status.phase') }, AGE],
  leases: [
    NAME,
    { name: 'Holder', cell: (object) => read(object, 'spec.holderIdentity') ?? '' },
    AGE,
  ],
};

/** Returns the columns of a resource; name and age if the server has no specific printer. */
export function columnsOf(resource: string): readonly Column[] {
  return COLUMNS[resource] ?? [NAME, AGE];
}
