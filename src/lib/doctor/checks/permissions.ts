import type { NomadAccess } from '../../nomad/model.ts';
import { type Check, failed, ok, warning } from '../check.ts';
import type { ClusterUnderTest, DoctorContext } from '../context.ts';
import { theCluster } from './cluster-access.ts';

interface Permission {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  /** What commands need it for. */
  readonly purpose: string;
  /** The way to Nomad that it opens; without one nothing works in its place. */
  readonly way?: NomadAccess;
  /** Whether only commands that change something need it. */
  readonly changes?: true;
}

/** What commands ask of Kubernetes in the installation's namespace, as docs/permissions.md tells. */
export const PERMISSIONS: readonly Permission[] = [
  { verb: 'list', resource: 'pods', purpose: 'find the pods' },
  { verb: 'get', resource: 'pods', purpose: 'find the Nomad server' },
  {
    verb: 'get',
    resource: 'pods',
    subresource: 'proxy',
    purpose: 'read from Nomad through the pod proxy',
    way: 'proxy',
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'proxy',
    purpose: 'drain clients through the pod proxy',
    way: 'proxy',
    changes: true,
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'portforward',
    purpose: 'reach Nomad by a port-forward',
    way: 'port-forward',
  },
  {
    verb: 'create',
    resource: 'pods',
    subresource: 'exec',
    purpose: 'run the nomad CLI in its pod (nomad cli)',
    way: 'exec',
  },
];

type Needs = Pick<DoctorContext, 'cluster' | 'settings'>;

/** CA0209: whether every verb that commands need is granted; the missing ones are told. */
export const permissions: Check<Needs> = {
  code: 'CA0209',
  category: 'kubernetes',
  name: 'what commands need is permitted',
  needs: ['CA0205', 'CA0208'],
  async run(context) {
    const { readOnly, nomad } = await context.settings();
    const cluster = theCluster(await context.cluster());
    const asked = PERMISSIONS.filter(
      ({ way, changes }) =>
        !(readOnly && changes) &&
        (nomad.access === 'auto' || way === undefined || way === nomad.access),
    );
    const granted = await Promise.all(asked.map((one) => isGranted(cluster, one)));
    const missing = asked.filter((_, at) => !granted[at]);
    if (missing.length === 0) return ok(`all ${asked.length} verbs`);
    const list = missing.map((one) => `${nameOf(one)} (${one.purpose})`).join(', ');
    const hint = `Ask for a role as in docs/permissions.md; check with: kubectl auth can-i ${nameOf(missing[0] ?? asked[0])} -n ${cluster.target.namespace}`;
    const usable = asked.some(({ way, changes }, at) => way && !changes && granted[at]);
    const outside = nomad.address !== null && nomad.access !== 'proxy';
    const essential = missing.some(({ way }) => way === undefined) || !(usable || outside);
    return essential
      ? failed(`not permitted: ${list}`, hint)
      : warning(`not permitted: ${list}`, hint);
  },
};

function isGranted(cluster: ClusterUnderTest, one: Permission): Promise<boolean> {
  return cluster.can(one.verb, one.resource, one.subresource);
}

function nameOf(one: Permission | undefined): string {
  if (!one) return '';
  return `${one.verb} ${one.resource}${one.subresource ? `/${one.subresource}` : ''}`;
}
