import { compareIdentity, IDENTITY_NAMESPACE, otherCluster } from '../../installation/identity.ts';
import { type Check, failed, notConfigured, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { theCluster } from './cluster-access.ts';

/** The oldest Kubernetes 1.x minor version that this tool is tested with. */
const OLDEST_MINOR = 21;
/**
 * Kubernetes' version skew policy: a kubelet may be up to three minor versions older than the API
 * server, and never newer.
 */
const KUBELET_SKEW = 3;

/** CA0206: the Kubernetes versions are supported and compatible. */
export const clusterVersion: Check<Pick<DoctorContext, 'cluster'>> = {
  code: 'CA0206',
  category: 'kubernetes',
  name: "the cluster's version is supported",
  needs: ['CA0205'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    const [version, kubelets] = await Promise.all([cluster.version(), cluster.kubeletVersions()]);
    const minor = minorOf(version);
    if (minor === null) {
      return warning(`"${version}" is not a version`, 'Check with: kubectl version');
    }
    if (minor < OLDEST_MINOR) {
      const hint = 'It may work, but this version is not tested.';
      return warning(`${version} is older than 1.${OLDEST_MINOR}, the oldest tested version`, hint);
    }
    const apart = (kubelets ?? []).filter((kubelet) => {
      const own = minorOf(kubelet);
      return own !== null && (own > minor || minor - own > KUBELET_SKEW);
    });
    if (apart.length > 0) {
      const hint = 'Upgrade the nodes: see https://kubernetes.io/releases/version-skew-policy/';
      return warning(`${version}, but some nodes run ${apart.join(', ')}`, hint);
    }
    const nodes = kubelets === null ? ' (no permission to list nodes)' : '';
    return ok(`${version}${nodes}`);
  },
};

/** CA0207: the context is the cluster that the profile was created for. */
export const clusterIdentity: Check<Pick<DoctorContext, 'cluster' | 'settings'>> = {
  code: 'CA0207',
  category: 'kubernetes',
  name: 'the cluster is the one in the profile',
  needs: ['CA0205'],
  async run(context) {
    const { kubernetes, profile } = await context.settings();
    const { clusterId } = kubernetes;
    if (clusterId === null) {
      const hint = 'To set kubernetes.clusterId in the profile: circleci-admin init';
      return notConfigured('no profile sets the cluster ID', hint);
    }
    const seen = await theCluster(await context.cluster()).namespaceId(IDENTITY_NAMESPACE);
    const verdict = compareIdentity(clusterId, seen);
    if (verdict === 'same') return ok(clusterId);
    if (seen === null) {
      return skipped(`no permission to read the namespace ${IDENTITY_NAMESPACE}`);
    }
    const { message, hint = '' } = otherCluster(profile ?? '', clusterId, seen);
    return failed(message, hint);
  },
};

/** CA0208: the namespace exists. In a missing namespace, every list is empty. */
export const namespaceFound: Check<Pick<DoctorContext, 'cluster'>> = {
  code: 'CA0208',
  category: 'kubernetes',
  name: 'the namespace exists',
  needs: ['CA0205'],
  unlessFailed: ['CA0207'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    const { namespace } = cluster.target;
    const exists = await cluster.namespaceExists(namespace);
    if (exists === false) {
      return failed(
        `namespace "${namespace}" does not exist`,
        'Set the namespace of CircleCI Server: circleci-admin config set kubernetes.namespace NAME (to list them: kubectl get namespaces)',
      );
    }
    return ok(exists === null ? `${namespace} (no permission to look it up)` : namespace);
  },
};

function minorOf(version: string): number | null {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? null : Number(minor);
}
