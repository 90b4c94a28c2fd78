import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import { isNomadServerPod, nomadServersAmong } from '../nomad/server-pods.ts';
import { type Release, readRelease } from '../services/release.ts';
import { readNames } from './read-names.ts';

/** The Kubernetes calls that discovery uses. */
export type DiscoveryCluster = Pick<
  KubernetesClient,
  'target' | 'listAllPods' | 'listPods' | 'namespaceId' | 'ingressHosts' | 'podLogs' | 'close'
>;

/** Connects to a namespace; null for the context's own. */
export type ConnectNamespace = (namespace: string | null) => Promise<DiscoveryCluster>;

/** A namespace that may contain an installation. */
export interface InstallationNamespace {
  readonly namespace: string;
  /** The first Nomad server's pod; null if there is none. */
  readonly nomadPod: string | null;
  readonly pods: readonly Pod[];
}

/** A discovered value, and its source. */
export interface Finding<T> {
  readonly value: T | null;
  /** Where the value was found, or why it is unknown. */
  readonly source: string;
}

/** A discovered installation. */
export interface FoundInstallation {
  readonly context: string | null;
  readonly namespace: string;
  readonly nomadPod: Finding<string>;
  readonly clusterId: Finding<string>;
  readonly release: Release;
  readonly host: Finding<string>;
  readonly baseDomain: Finding<string>;
}

/** Searched if pods cannot be listed in the whole cluster. */
const USUAL_NAMESPACES = ['circleci-server', 'circleci', 'default'];

/**
 * Finds the namespaces with a Nomad server's pod, in the whole cluster if permissions allow it.
 *
 * @param only search only this namespace, and return it even without a Nomad server
 * @throws AdminError like KubernetesClient
 */
export async function findNamespaces(
  connect: ConnectNamespace,
  only: string | null,
): Promise<readonly InstallationNamespace[]> {
  const cluster = await connect(only);
  if (only !== null) return [namespaceOf(only, await cluster.listPods())];
  const all = await cluster.listAllPods();
  const candidates = [...new Set([cluster.target.namespace, ...USUAL_NAMESPACES])];
  const pods =
    all ??
    (await Promise.all(candidates.map((namespace) => listWhereAllowed(connect, namespace)))).flat();
  const namespaces = new Set(pods.filter(isNomadServerPod).map(({ namespace }) => namespace));
  return [...namespaces].sort().map((name) =>
    namespaceOf(
      name,
      pods.filter(({ namespace }) => namespace === name),
    ),
  );
}

/** Collects what can be discovered about the installation in a namespace. */
export async function inspectNamespace(
  connect: ConnectNamespace,
  namespace: InstallationNamespace,
): Promise<FoundInstallation> {
  const cluster = await connect(namespace.namespace);
  const [clusterId, names] = await Promise.all([
    cluster.namespaceId('kube-system'),
    readNames(cluster, namespace.pods),
  ]);
  return {
    context: cluster.target.context,
    namespace: namespace.namespace,
    nomadPod: {
      value: namespace.nomadPod,
      source: namespace.nomadPod === null ? 'no pod looks like a Nomad server' : 'its pod',
    },
    clusterId: {
      value: clusterId,
      source:
        clusterId === null
          ? 'no permission to read the namespace kube-system'
          : 'UID of the namespace kube-system',
    },
    release: readRelease(namespace.pods),
    ...names,
  };
}

function namespaceOf(namespace: string, pods: readonly Pod[]): InstallationNamespace {
  return { namespace, pods, nomadPod: nomadServersAmong(pods)[0]?.name ?? null };
}

async function listWhereAllowed(
  connect: ConnectNamespace,
  namespace: string,
): Promise<readonly Pod[]> {
  try {
    return await (await connect(namespace)).listPods();
  } catch (error) {
    const closed = ['KUBERNETES_FORBIDDEN', 'NAMESPACE_NOT_FOUND'];
    if (isAdminError(error) && closed.includes(error.code)) return [];
    throw error;
  }
}
