import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { HttpClient, TlsOptions } from '../http/http.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { FirstWayClient, type Route, type Way } from './access/first-way-client.ts';
import { replaceMissingPod } from './access/missing-pod.ts';
import { ClusterNotConnected } from './access/way-failure.ts';
import type { NomadClient } from './client.ts';
import { createHttpNomadClient } from './http/http-nomad-client.ts';
import type { NomadAccess } from './model.ts';
import type { WantedPod } from './server-pods.ts';

/** What the ways through the cluster need of Kubernetes. */
export type NomadCluster = Pick<KubernetesClient, 'podProxy' | 'connect' | 'exec' | 'listPods'>;

/** An HTTP client to be made for one way. */
export interface HttpOrigin {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tls?: TlsOptions;
  /** Opens the connections in place of TCP. */
  readonly dial?: () => Promise<Duplex>;
}

/** All that is known about reaching Nomad. */
export interface NomadConnection extends WantedPod {
  /** One way alone, or `auto` for the first one that works. */
  readonly preferred: NomadAccess | 'auto';
  /** Address of a server that can be reached from here, such as `https://10.0.0.1:4646`. */
  readonly direct: { readonly address: string; readonly tls?: TlsOptions } | null;
  /** Connects to the cluster that a server runs in; null where there is none to use. */
  readonly kubernetes: (() => Promise<NomadCluster>) | null;
  readonly port: number;
  /** How the server in the pod speaks TLS; null for plain HTTP, as CircleCI Server sets it up. */
  readonly podTls: TlsOptions | null;
  readonly openHttp: (origin: HttpOrigin) => HttpClient;
  /** ACL token. The nomad CLI in the pod uses its own: arguments are no place for a secret. */
  readonly token?: string;
  readonly namespace?: string;
  readonly region?: string;
  readonly requestTimeout: Milliseconds;
  readonly clock: Clock;
}

/** The order in which the ways are tried, cheapest first. */
const ORDER: readonly NomadAccess[] = ['direct', 'proxy', 'port-forward', 'exec'];
/** The name in Nomad's certificates, which no tunnel's host matches. */
const CERTIFICATE_NAME = 'server.global.nomad';

/**
 * Makes a client that reaches Nomad in the first way that works, or in the one that is preferred.
 * Nothing is sent before it is asked something. Where nobody has named the server's pod and the
 * usual one is not there, the pods are listed, and the ways lead to one that runs Nomad.
 *
 * @throws AdminError of kind `usage`: NOMAD_NOT_CONFIGURED where no way could be tried,
 *   BAD_NOMAD_ADDRESS
 */
export function connectNomad(connection: NomadConnection): NomadClient {
  return new FirstWayClient(routeOf(connection));
}

function routeOf(connection: NomadConnection): Route {
  const wanted = connection.preferred === 'auto' ? ORDER : [connection.preferred];
  const [first, ...others] = wanted.flatMap((access) => wayOf(access, connection) ?? []);
  if (!first) throw notConfigured(connection.preferred);
  const { kubernetes, pod } = connection;
  return {
    pod,
    ways: [first, ...others],
    elsewhere: async (missing) => {
      if (!kubernetes) return { error: missing };
      const found = await replaceMissingPod(missing, connection, kubernetes);
      if ('error' in found) return found;
      // From here on it counts as named: it is looked for once, not over and over.
      return { route: routeOf({ ...connection, pod: found.pod, podNamed: true }) };
    },
  };
}

/** A way as far as it can be gone with what is known; null where something is missing. */
function wayOf(access: NomadAccess, connection: NomadConnection): Way | null {
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
