import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientOptions, WebSocket } from 'ws';
import { connectionFailure, timeoutFailure } from '../http/failure.ts';
import { proxyFor } from '../http/proxy.ts';
import { collect } from '../http/response.ts';
import { tlsConnectOptions, tlsNames } from '../http/tls.ts';
import type { ClusterCredentials } from './cluster-connection.ts';
import { reachFailure, refusal } from './errors.ts';
import type { Transport } from './transport.ts';
import { openTunnel } from './tunnel.ts';

/**
 * The channel protocols in order of preference. Only v5 can close a single channel; servers before
 * 1.29 support only v4 (k8s.io/apimachinery's pkg/util/remotecommand).
 */
export const CHANNEL_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** A request to open a WebSocket. */
export interface Upgrade {
  readonly path: string;
  readonly protocols: readonly string[];
  /** What the WebSocket is for, such as `run nomad in pod circleci-nomad-0`. */
  readonly action: string;
  readonly signal?: AbortSignal | undefined;
}

/** Internal: the API server's response to an upgrade that it refused. */
class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: Uint8Array;

  constructor(status: number, body: Uint8Array) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/**
 * Opens a WebSocket to the API server. The socket is paused, so that no frame is lost before a
 * listener is attached. A refused upgrade throws the error for the Status in its body.
 */
export async function openWebSocket(transport: Transport, upgrade: Upgrade): Promise<WebSocket> {
  const used = transport.credentials();
  try {
    return await attempt(transport, upgrade, await used);
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error;
    if (error.status !== 401 || !transport.options.connection.refreshable) {
      throw explain(transport, upgrade, error);
    }
  }
  try {
    return await attempt(transport, upgrade, await transport.refresh(used));
  } catch (error) {
    throw error instanceof UpgradeRefused ? explain(transport, upgrade, error) : error;
  }
}

function explain(transport: Transport, upgrade: Upgrade, refused: UpgradeRefused): Error {
  const { action } = upgrade;
  return refusal(refused.status, refused.body, { target: transport.target, action });
}

/** Opens a WebSocket once, and reports it to the tracer like an HTTP request. */
async function attempt(
  transport: Transport,
  upgrade: Upgrade,
  credentials: ClusterCredentials,
): Promise<WebSocket> {
  const { clock, tracer } = transport.options;
  const started = clock.now().getTime();
  const trace = (status: number | null, error: string | null): void =>
    tracer?.({
      method: 'GET',
      url: transport.target.server + transport.options.connection.basePath + upgrade.path,
      status,
      durationMs: clock.now().getTime() - started,
      attempt: 1,
      error,
    });
  try {
    const socket = await open(transport, upgrade, credentials);
    trace(101, null);
    return socket;
  } catch (error) {
    if (error instanceof UpgradeRefused) trace(error.status, null);
    else trace(null, error instanceof Error ? error.message : String(error));
    throw await transport.causeOf(error);
  }
}

async function open(
  transport: Transport,
  upgrade: Upgrade,
  credentials: ClusterCredentials,
): Promise<WebSocket> {
  // Imported here, because most commands need no WebSocket.
  const { WebSocket } = await import('ws');
  const { clock, requestTimeout } = transport.options;
  const { signal, path } = upgrade;
  const { server } = transport.target;
  signal?.throwIfAborted();
  const options = await connectOptions(transport, credentials, signal);
  const address = server.replace(/^http/, 'ws') + transport.options.connection.basePath + path;
  const socket = new WebSocket(address, [...upgrade.protocols], options);
  const attempted = { origin: server, method: 'GET', path };
  const settled = new AbortController();
  try {
    return await new Promise<WebSocket>((resolve, reject) => {
      socket.once('open', () => {
        socket.pause();
        resolve(socket);
      });
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        collect(response).then(
          (body) => reject(new UpgradeRefused(response.statusCode ?? 0, body)),
          (error: unknown) => reject(reachFailure(connectionFailure(error, attempted))),
        );
      });
      socket.once('error', (error) => reject(reachFailure(connectionFailure(error, attempted))));
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
      clock.sleep(requestTimeout, settled.signal).then(
        () => reject(timeoutFailure(attempted, requestTimeout)),
        // Aborted: the response arrived in time.
        () => undefined,
      );
    });
  } catch (error) {
    // ws emits an error if a handshake in progress is terminated; ignore it.
    socket.on('error', () => undefined);
    socket.terminate();
    throw error;
  } finally {
    settled.abort();
  }
}

async function connectOptions(
  transport: Transport,
  credentials: ClusterCredentials,
  signal: AbortSignal | undefined,
): Promise<ClientOptions> {
  const { server } = transport.target;
  const secure = tlsConnectOptions(credentials.tls);
  const headers = { 'user-agent': transport.options.userAgent, ...credentials.headers };
  const options: ClientOptions = { ...secure, headers, perMessageDeflate: false };
  const proxy = transport.proxy();
  const { dial } = transport.options;
  const proxyUrl = proxy && !dial ? proxyFor(server, proxy) : null;
  if (proxyUrl === null && !dial) return options;
  const url = new URL(server);
  const encrypted = url.protocol === 'https:';
  const port = Number(url.port || (encrypted ? 443 : 80));
  const socket =
    proxyUrl === null
      ? await dial?.()
      : await openTunnel(proxyUrl, { host: url.hostname, port }, signal);
  if (!socket) return options;
  // ws accepts any duplex stream, but its type requires a TCP socket.
  if (!encrypted) return { ...options, createConnection: () => socket as Socket };
  const { connect } = await import('node:tls');
  const layered = { ...tlsNames(url.hostname), ...secure, socket };
  return { ...options, createConnection: () => connect(layered) };
}
