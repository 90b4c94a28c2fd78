/** A resource of the API server, as listed by discovery. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** The plural in lower case: `pods`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** A subresource, such as `pods/log`. */
export interface SubresourceType {
  readonly parent: string;
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function core(
  name: string,
  kind: string,
  storageVersionHash: string,
  rest: Partial<ResourceType> = {},
): ResourceType {
  return { ...type('', name, kind, rest), storageVersionHash };
}

function type(
  group: string,
  name: string,
  kind: string,
  rest: Partial<ResourceType> = {},
): ResourceType {
  return { group, version: 'v1', name, kind, namespaced: true, verbs: ALL, ...rest };
}

/**
 * The served resources. The core group lists those of a 1.21 server, with its storage hashes; other
 * groups list only what an installation uses.
 */
export const RESOURCES: readonly ResourceType[] = [
  type('', 'componentstatuses', 'ComponentStatus', {
    namespaced: false,
    verbs: ['get', 'list'],
    shortNames: ['cs'],
  }),
  core('configmaps', 'ConfigMap', 'qFsyl6wFWjQ=', { shortNames: ['cm'] }),
  core('endpoints', 'Endpoints', 'fWeeMqaN/OA=', { shortNames: ['ep'] }),
  core('events', 'Event', 'r2yiGXH7wu8=', { shortNames: ['ev'] }),
  core('limitranges', 'LimitRange', 'EBKMFVe6cwo=', { shortNames: ['limits'] }),
  core('namespaces', 'Namespace', 'Q3oi5N2YM8M=', {
    namespaced: false,
    verbs: ALL.filter((verb) => verb !== 'deletecollection'),
    shortNames: ['ns'],
  }),
  core('nodes', 'Node', 'XwShjMxG9Fs=', { namespaced: false, shortNames: ['no'] }),
  core('persistentvolumeclaims', 'PersistentVolumeClaim', 'QWTyNDq0dC4=', { shortNames: ['pvc'] }),
  core('persistentvolumes', 'PersistentVolume', 'HN/zwEC+JgM=', {
    namespaced: false,
    shortNames: ['pv'],
  }),
  core('pods', 'Pod', 'xPOwRZ+Yhw8=', { shortNames: ['po'], categories: ['all'] }),
  core('podtemplates', 'PodTemplate', 'LIXB2x4IFpk='),
  core('replicationcontrollers', 'ReplicationController', 'Jond2If31h0=', {
    shortNames: ['rc'],
    categories: ['all'],
  }),
  core('resourcequotas', 'ResourceQuota', '8uhSgffRX6w=', { shortNames: ['quota'] }),
  core('secrets', 'Secret', 'S6u1pOWzb84='),
  core('serviceaccounts', 'ServiceAccount', 'pbx9ZvyFpBE=', { shortNames: ['sa'] }),
  core('services', 'Service', '0/CO1lhkEBI=', {
    verbs: ALL.filter((verb) => verb !== 'deletecollection'),
    shortNames: ['svc'],
    categories: ['all'],
  }),
  type('apps', 'daemonsets', 'DaemonSet', { shortNames: ['ds'], categories: ['all'] }),
  type('apps', 'deployments', 'Deployment', { shortNames: ['deploy'], categories: ['all'] }),
  type('apps', 'replicasets', 'ReplicaSet', { shortNames: ['rs'], categories: ['all'] }),
  type('apps', 'statefulsets', 'StatefulSet', { shortNames: ['sts'], categories: ['all'] }),
  type('batch', 'cronjobs', 'CronJob', { shortNames: ['cj'], categories: ['all'] }),
  type('batch', 'jobs', 'Job', { categories: ['all'] }),
  type('coordination.k8s.io', 'leases', 'Lease'),
  type('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    namespaced: false,
    verbs: ['create'],
  }),
  type('authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', {
    namespaced: false,
    verbs: ['create'],
  }),
  type('networking.k8s.io', 'ingresses', 'Ingress', { shortNames: ['ing'] }),
];

const STATUS = ['get', 'patch', 'update'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];

/** The subresources that are served or at least listed. */
export const SUBRESOURCES: readonly SubresourceType[] = [
  { parent: 'namespaces', name: 'status', kind: 'Namespace', namespaced: false, verbs: STATUS },
  { parent: 'nodes', name: 'status', kind: 'Node', namespaced: false, verbs: STATUS },
  {
    parent: 'pods',
    name: 'exec',
    kind: 'PodExecOptions',
    namespaced: true,
    verbs: ['create', 'get'],
  },
  { parent: 'pods', name: 'log', kind: 'Pod', namespaced: true, verbs: ['get'] },
  {
    parent: 'pods',
    name: 'portforward',
    kind: 'PodPortForwardOptions',
    namespaced: true,
    verbs: ['create', 'get'],
  },
  { parent: 'pods', name: 'proxy', kind: 'PodProxyOptions', namespaced: true, verbs: PROXY },
  { parent: 'pods', name: 'status', kind: 'Pod', namespaced: true, verbs: STATUS },
  ...['deployments', 'replicasets', 'statefulsets'].map((parent) => ({
    parent,
    name: 'scale',
    kind: 'Scale',
    namespaced: true,
    verbs: STATUS,
    group: 'autoscaling',
    version: 'v1',
  })),
];

/** Returns a resource by its group and plural name. */
export function resourceType(group: string, name: string): ResourceType | undefined {
  return RESOURCES.find((known) => known.group === group && known.name === name);
}

/** Returns `v1`, or `apps/v1` outside the core group. */
export function apiVersion(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
