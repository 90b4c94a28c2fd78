import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import { isNomadServerPod, nomadServersAmong } from '../nomad/server-pods.ts';
import { readNames } from './read-names.ts';
import { type Release, readRelease } from './release.ts';

/** What is asked of a cluster to find an installation in it. */
export type DiscoveryCluster = Pick<
  KubernetesClient,
  'target' | 'listAllPods' | 'listPods' | 'namespaceId' | 'ingressHosts' | 'podLogs' | 'close'
>;

/** Connects to a namespace; to the context's own where none is named. */
export type ConnectNamespace = (namespace: string | null) => Promise<DiscoveryCluster>;

/** A namespace that looks like an installation's. */
export interface Place {
  readonly namespace: string;
  /** The first Nomad server's pod; null where the namespace has none. */
  readonly nomadPod: string | null;
  readonly pods: readonly Pod[];
}

/** What a cluster says about an installation in it. What it does not say is null. */
export interface Finding<T> {
  readonly value: T | null;
  /** Where it is from, or why it is not known. */
  readonly source: string;
}

/** An installation that was found. */
export interface FoundInstallation {
  readonly context: string | null;
  readonly namespace: string;
  readonly nomadPod: Finding<string>;
  readonly clusterId: Finding<string>;
  readonly release: Release;
  readonly host: Finding<string>;
  readonly baseDomain: Finding<string>;
}

/** Where to look when pods may be listed namespace by namespace only. */
const USUAL_NAMESPACES = ['circleci-server', 'circleci', 'default'];

/**
 * The namespaces with a Nomad server's pod, in the whole cluster where pods may be listed there.
 *
 * @param only the one namespace that is meant, be there a Nomad server or not
 * @throws AdminError as KubernetesClient says
 */
export async function findPlaces(
  connect: ConnectNamespace,
  only: string | null,
): Promise<readonly Place[]> {
  const cluster = await connect(only);
  if (only !== null) return [placeOf(only, await cluster.listPods())];
  const all = await cluster.listAllPods();
  const candidates = [...new Set([cluster.target.namespace, ...USUAL_NAMESPACES])];
  const pods =
    all ??
    (await Promise.all(candidates.map((namespace) => listWhereAllowed(connect, namespace)))).flat();
  const namespaces = new Set(pods.filter(isNomadServerPod).map(({ namespace }) => namespace));
  return [...namespaces].sort().map((name) =>
    placeOf(
      name,
      pods.filter(({ namespace }) => namespace === name),
    ),
  );
}

/** Everything that can be told about the installation in a namespace. */
export async function inspectPlace(
  connect: ConnectNamespace,
  place: Place,
): Promise<FoundInstallation> {
  const cluster = await connect(place.namespace);
  const [clusterId, names] = await Promise.all([
    cluster.namespaceId('kube-system'),
    readNames(cluster, place.pods),
  ]);
  return {
    context: cluster.target.context,
    namespace: place.namespace,
    nomadPod: {
      value: place.nomadPod,
      source: place.nomadPod === null ? 'no pod looks like a Nomad server' : 'its pod',
    },
    clusterId: {
      value: clusterId,
      source:
        clusterId === null
          ? 'no permission to read the namespace kube-system'
          : 'UID of the namespace kube-system',
    },
    release: readRelease(place.pods),
    ...names,
  };
}

function placeOf(namespace: string, pods: readonly Pod[]): Place {
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
