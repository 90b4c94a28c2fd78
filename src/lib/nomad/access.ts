import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { HttpClient, TlsOptions } from '../http/http.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { ClusterNotConnected } from './access/access-failure.ts';
import { type AccessMethod, FallbackClient, type Route } from './access/fallback-client.ts';
import { replaceMissingPod } from './access/missing-pod.ts';
import type { NomadClient } from './client.ts';
import { createHttpNomadClient } from './http/http-nomad-client.ts';
import type { NomadAccess } from './model.ts';
import type { WantedPod } from './server-pods.ts';

/** The parts of the Kubernetes client that the access methods through the cluster use. */
export type NomadCluster = Pick<KubernetesClient, 'podProxy' | 'connect' | 'exec' | 'listPods'>;

/** The parameters of an HTTP client for one access method. */
export interface HttpOrigin {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tls?: TlsOptions;
  /** Opens the connections; TCP is used if absent. */
  readonly dial?: () => Promise<Duplex>;
}

/** The configuration of the access to Nomad. */
export interface NomadConnection extends WantedPod {
  /** A single access method, or `auto` for the first one that works. */
  readonly preferred: NomadAccess | 'auto';
  /** The address of a server that is reachable directly, such as `https://10.0.0.1:4646`. */
  readonly direct: { readonly address: string; readonly tls?: TlsOptions } | null;
  /** Connects to the cluster that runs a server; null if no cluster is configured. */
  readonly kubernetes: (() => Promise<NomadCluster>) | null;
  readonly port: number;
  /**
   * The TLS settings of the server in the pod; null for plain HTTP, the default of CircleCI Server.
   */
  readonly podTls: TlsOptions | null;
  readonly openHttp: (origin: HttpOrigin) => HttpClient;
  /**
   * The ACL token. It is not passed to the nomad CLI in the pod, which uses its own: a secret must
   * not appear among the arguments.
   */
  readonly token?: string;
  readonly namespace?: string;
  readonly region?: string;
  readonly requestTimeout: Milliseconds;
  readonly clock: Clock;
}

/** The order in which the access methods are tried, cheapest first. */
const METHOD_ORDER: readonly NomadAccess[] = ['direct', 'proxy', 'port-forward', 'exec'];
/** The name in Nomad's certificates. The host name of a tunnel never matches it. */
const CERTIFICATE_NAME = 'server.global.nomad';

/**
 * Creates a client that reaches Nomad by the preferred access method, or by the first one that
 * works. It sends nothing before the first call. If the operator did not name the server's pod and
 * the default one does not exist, the client lists the pods and uses one that runs Nomad.
 *
 * @throws AdminError of kind `usage`: NOMAD_NOT_CONFIGURED if no access method can be tried,
 *   BAD_NOMAD_ADDRESS
 */
export function connectNomad(connection: NomadConnection): NomadClient {
  return new FallbackClient(routeOf(connection));
}

function routeOf(connection: NomadConnection): Route {
  const wanted = connection.preferred === 'auto' ? METHOD_ORDER : [connection.preferred];
  const [first, ...others] = wanted.flatMap((access) => methodOf(access, connection) ?? []);
  if (!first) throw notConfigured(connection.preferred);
  const { kubernetes, pod } = connection;
  return {
    pod,
    methods: [first, ...others],
    findOtherPod: async (missing) => {
      if (!kubernetes) return { error: missing };
      const found = await replaceMissingPod(missing, connection, kubernetes);
      if ('error' in found) return found;
      // The pod that was found counts as named, so that the pods are not listed again and again.
      return { route: routeOf({ ...connection, pod: found.pod, podNamed: true }) };
    },
  };
}

/** Returns null if the connection lacks a setting that the access method needs. */
function methodOf(access: NomadAccess, connection: NomadConnection): AccessMethod | null {
  if (access === 'direct') {
    const { direct, openHttp } = connection;
    if (!direct) return null;
    const origin = originOf(direct.address);
    return {
      access,
      open: async () => overHttp(access, openHttp({ ...direct, origin }), connection),
    };
  }
  const { kubernetes } = connection;
  if (!kubernetes) return null;
  return {
    access,
    open: async () => openThrough(access, await connectCluster(kubernetes), connection),
  };
}

async function openThrough(
  access: Exclude<NomadAccess, 'direct'>,
  cluster: NomadCluster,
  connection: NomadConnection,
): Promise<NomadClient> {
  const { pod, port, podTls } = connection;
  switch (access) {
    case 'proxy':
      return overHttp(access, cluster.podProxy(pod, port, { tls: podTls !== null }), connection);
    case 'port-forward':
      return overHttp(
        access,
        connection.openHttp({
          origin: `${podTls ? 'https' : 'http'}://${pod}:${port}`,
          dial: () => cluster.connect(pod, port),
          ...(podTls ? { tls: { serverName: CERTIFICATE_NAME, ...podTls } } : {}),
        }),
        connection,
      );
    case 'exec': {
      const { createExecNomadClient, nomadInPod } = await import('./exec/exec-nomad-client.ts');
      return createExecNomadClient({ ...connection, run: nomadInPod(cluster, pod) });
    }
  }
}

function overHttp(access: NomadAccess, http: HttpClient, connection: NomadConnection): NomadClient {
  return createHttpNomadClient({ ...connection, access, http });
}

async function connectCluster(connect: () => Promise<NomadCluster>): Promise<NomadCluster> {
  try {
    return await connect();
  } catch (error) {
    throw new ClusterNotConnected(error);
  }
}

function originOf(address: string): string {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw new AdminError('usage', `"${address}" is not a valid Nomad address`, {
    code: 'BAD_NOMAD_ADDRESS',
    hint: 'Write it like http://10.0.0.1:4646.',
  });
}

function notConfigured(preferred: NomadAccess | 'auto'): AdminError {
  const message =
    preferred === 'auto'
      ? 'Access to Nomad is not configured'
      : `Access to Nomad by ${preferred} is not configured`;
  return new AdminError('usage', message, {
    code: 'NOMAD_NOT_CONFIGURED',
    hint:
      preferred === 'direct'
        ? 'Set its address with --nomad-address or NOMAD_ADDR.'
        : 'Set its address with --nomad-address, or a cluster with --context or KUBECONFIG.',
  });
}
