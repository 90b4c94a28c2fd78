import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../src/lib/clock.ts';
import { createKubernetesClient } from '../../../src/lib/kubernetes/api-client.ts';
import type { KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import type { ClusterConnection } from '../../../src/lib/kubernetes/cluster-connection.ts';
import { hurriedClock, serve } from '../http/loopback.ts';

const RECORDINGS = new URL('../../fixtures/kubernetes-1.21.2/', import.meta.url);

/** Returns a recorded response body as text. */
export function recordedText(file: string): string {
  return readFileSync(new URL(file, RECORDINGS), 'utf8');
}

/** Returns a recorded response body as parsed JSON. */
export function recorded(file: string): unknown {
  return JSON.parse(recordedText(file));
}

/** One recorded request, from the index of the recordings. */
export interface Recording {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
}

/** Returns all recorded HTTP requests. */
export function recordings(): readonly Recording[] {
  const index = recorded('index.json') as readonly (Recording & { readonly argv?: unknown })[];
  return index.filter(({ argv }) => argv === undefined);
}

/** Returns a connection to an API server; by default without credentials. */
export function connectionTo(
  server: string,
  options: Partial<Omit<ClusterConnection, 'target'>> & { readonly namespace?: string } = {},
): ClusterConnection {
  const { namespace = 'circleci-server', ...rest } = options;
  return {
    target: { context: 'test', server, namespace },
    basePath: '',
    proxyUrl: null,
    refreshable: false,
    credentials: async () => ({ headers: {}, tls: {} }),
    ...rest,
  };
}

/** Returns a client for a connection; it is closed after the test. */
export function clientOf(
  connection: ClusterConnection,
  clock: Clock = hurriedClock(),
): KubernetesClient {
  const client = createKubernetesClient({
    connection,
    requestTimeout: 30_000,
    clock,
    random: () => 1,
    userAgent: 'circleci-admin/test',
  });
  onTestFinished(() => client.close());
  return client;
}

/** Starts an API server with a request listener, and returns a client for it. */
export async function apiServer(
  listener: RequestListener,
  options: Parameters<typeof connectionTo>[1] = {},
  clock?: Clock,
): Promise<KubernetesClient> {
  const { origin } = await serve(listener);
  return clientOf(connectionTo(origin, options), clock);
}

/**
 * Starts a WebSocket server, and returns a client for it. `protocol` is the newest that the server
 * supports.
 */
export async function webSocketServer(
  protocol: 'v4.channel.k8s.io' | 'v5.channel.k8s.io',
  connected: (socket: WebSocket, request: IncomingMessage) => void,
  clock?: Clock,
): Promise<KubernetesClient> {
  const { origin, server } = await serve((_request, response) => response.end());
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : 'v4.channel.k8s.io'),
  });
  sockets.on('connection', connected);
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  return clientOf(connectionTo(origin), clock);
}

/** Returns a frame: the channel number, followed by the data. */
export function frame(channel: number, data: string | Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(channel), Buffer.from(data)]);
}
