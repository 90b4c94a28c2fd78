import { canIQuestion } from '../../kubernetes/can-i.ts';
import type { NomadAccess } from '../../nomad/model.ts';
import { type Check, failed, ok, warning } from '../check.ts';
import type { ClusterUnderTest, DoctorContext } from '../context.ts';
import { theCluster } from './cluster-access.ts';

interface Permission {
  readonly verb: string;
  /** With its API group appended if it has one, as kubectl writes it. */
  readonly resource: string;
  readonly subresource?: string;
  /**
   * Whether it is used over WebSocket: servers before Kubernetes 1.35 require `get` instead of `create`
   * for that, because the request is a GET (seen with 1.30: `create` alone is refused).
   */
  readonly webSocket?: true;
  /** What commands use it for. */
  readonly purpose: string;
  /** Hardly any command works without it. */
  readonly essential?: true;
  /** The Nomad access method that requires it. */
  readonly access?: NomadAccess;
  /** Whether it is also required for something else. */
  readonly otherUses?: true;
  /** Whether only mutating commands require it. */
  readonly changes?: true;
}

/**
 * The permissions that commands require in the installation's namespace; also in
 * docs/permissions.md.
 */
const PERMISSIONS: readonly Permission[] = [
  { verb: 'list', resource: 'pods', purpose: 'find the pods', essential: true },
  { verb: 'get', resource: 'pods', purpose: 'find the Nomad server', essential: true },
  {
    verb: 'get',
    resource: 'pods',
    subresource: 'proxy',
    purpose: 'read Nomad through the pod proxy',
    access: 'proxy',
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'proxy',
    purpose: 'drain clients through the pod proxy',
    access: 'proxy',
    changes: true,
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'portforward',
    webSocket: true,
    purpose: 'reach Nomad by port-forward',
    access: 'port-forward',
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'exec',
    webSocket: true,
    purpose: 'run commands in pods for nomad cli, troubleshoot queue',
    access: 'exec',
    otherUses: true,
  },
  {
    verb: 'get',
    resource: 'pods',
    subresource: 'log',
    purpose: 'read logs for pods logs, troubleshoot queue',
  },
  {
    verb: 'delete',
    resource: 'pods',
    purpose: 'replace pods for pods restart --delete, troubleshoot queue --fix',
    changes: true,
  },
  {
    verb: 'patch',
    resource: 'deployments.apps',
    purpose: 'restart services for pods restart',
    changes: true,
  },
  {
    verb: 'patch',
    resource: 'statefulsets.apps',
    purpose: 'restart services for pods restart',
    changes: true,
  },
];

type Needs = Pick<DoctorContext, 'cluster' | 'settings'>;

/** CA0209: all required permissions are granted; reports the missing ones. */
export const permissions: Check<Needs> = {
  code: 'CA0209',
  category: 'kubernetes',
  name: 'the permissions that commands require are granted',
  needs: ['CA0205', 'CA0208'],
  async run(context) {
    const { readOnly, nomad } = await context.settings();
    const cluster = theCluster(await context.cluster());
    const isUsed = (access: NomadAccess): boolean =>
      nomad.access === 'auto' || access === nomad.access;
    const version = await cluster.version();
    const required = PERMISSIONS.filter(
      ({ access, changes, otherUses }) =>
        !(readOnly && changes) && (access === undefined || otherUses || isUsed(access)),
    ).map((one) => (one.webSocket ? { ...one, verb: webSocketVerb(version) } : one));
    const granted = await Promise.all(required.map((one) => isGranted(cluster, one)));
    const missing = required.filter((_, at) => !granted[at]);
    const [first] = missing;
    if (!first) return ok(`all ${required.length} permissions`);
    const list = missing.map((one) => `${nameOf(one)} (${one.purpose})`).join(', ');
    const hint = `Ask for a role as in docs/permissions.md; check with: ${questionOf(first, cluster)}`;
    const usable = required.some(
      ({ access, changes }, at) => access && isUsed(access) && !changes && granted[at],
    );
    const outside = nomad.address !== null && nomad.access !== 'proxy';
    const hopeless = missing.some(({ essential }) => essential) || !(usable || outside);
    return hopeless ? failed(`missing: ${list}`, hint) : warning(`missing: ${list}`, hint);
  },
};

/** Returns the verb for WebSocket requests on a server of this version, such as `v1.30.14`. */
function webSocketVerb(version: string): 'get' | 'create' {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) === 1 && Number(minor) < 35 ? 'get' : 'create';
}

function isGranted(cluster: ClusterUnderTest, one: Permission): Promise<boolean> {
  return cluster.can(one.verb, one.resource, one.subresource);
}

function questionOf(one: Permission, { target }: ClusterUnderTest): string {
  const { verb, resource, subresource } = one;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return canIQuestion(verb, whole, `-n ${target.namespace}`);
}

function nameOf(one: Permission): string {
  return `${one.verb} ${one.resource}${one.subresource ? `/${one.subresource}` : ''}`;
}
