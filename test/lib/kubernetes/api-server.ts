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

/** A recorded body as it is. */
export function recordedText(file: string): string {
  return readFileSync(new URL(file, RECORDINGS), 'utf8');
}

/** A recorded JSON body. */
export function recorded(file: string): unknown {
  return JSON.parse(recordedText(file));
}

/** One recorded request, from the recordings' index. */
export interface Recording {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
}

/** All recorded HTTP requests. */
export function recordings(): readonly Recording[] {
  const index = recorded('index.json') as readonly (Recording & { readonly argv?: unknown })[];
  return index.filter(({ argv }) => argv === undefined);
}

/** A connection to an API server without credentials, or with those given. */
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

/** A client of a server of the test, closed after it. */
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

/** A server that answers with what `listener` says, and its client. */
export async function apiServer(
  listener: RequestListener,
  options: Parameters<typeof connectionTo>[1] = {},
  clock?: Clock,
): Promise<KubernetesClient> {
  const { origin } = await serve(listener);
  return clientOf(connectionTo(origin, options), clock);
}

/** A server of WebSockets, and its client. `protocol` is the best that the server knows. */
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

/** A frame: the channel and what it carries. */
export function frame(channel: number, data: string | Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(channel), Buffer.from(data)]);
}
