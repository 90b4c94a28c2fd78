import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { badRequest, noSuchResource } from './api-error.ts';
import { checkExecutable, type ExecQuery, parseExec } from './exec.ts';
import { execOverSpdy } from './exec-spdy.ts';
import { execOverWebSocket } from './exec-websocket.ts';
import { chooseContainer } from './logs.ts';
import type { PodObject } from './objects.ts';
import type { PodBackend } from './pod-backend.ts';
import { forwardOverSpdy, forwardOverWebSocket } from './port-forward.ts';
import type { ResourceRequest } from './request-path.ts';
import { asApiError } from './respond.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const V4 = 'v4.channel.k8s.io';
const V5 = 'v5.channel.k8s.io';

/** A pod and its backend. */
export interface UpgradeTarget {
  readonly pod: PodObject;
  /** Returns the backend of a container; undefined if the container is not running. */
  readonly backend: (container: string | undefined) => PodBackend | undefined;
}

/** Upgrades connections to exec and port-forward sessions, over WebSocket and SPDY/3.1. */
export class Upgrades {
  readonly #execProtocols: readonly string[];
  readonly #forwardProtocols: readonly string[];
  #chosen = '';
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => this.#chosen || false,
  });

  constructor(execProtocols: readonly ('v5' | 'v4')[]) {
    this.#execProtocols = execProtocols.map((name) => (name === 'v5' ? V5 : V4));
    // A server with v5 is new enough to accept SPDY tunnelled in a WebSocket.
    this.#forwardProtocols = execProtocols.includes('v5') ? [TUNNEL, V4] : [V4];
  }

  /** @throws ApiError if the request is rejected before the upgrade */
  serve(
    request: ResourceRequest,
    target: UpgradeTarget,
    http: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    // A reset connection ends its session; there is no one to report the error to.
    socket.on('error', () => socket.destroy());
    if (request.subresource === 'exec') this.#exec(request, target, http, socket, head);
    else if (request.subresource === 'portforward')
      this.#forward(request, target, http, socket, head);
    else throw noSuchResource();
  }

  #exec(
    request: ResourceRequest,
    target: UpgradeTarget,
    http: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const query: ExecQuery = parseExec(request.query);
    checkExecutable(target.pod);
    const container = chooseContainer(target.pod, request.query.get('container'));
    const backend = target.backend(container);
    if (!backend) return void refuseText(socket, 500, `container not found ("${container}")`);
    if (isSpdy(http)) {
      const protocol = offered(http, 'x-stream-protocol-version').find((name) => name === V4);
      if (protocol === undefined)
        return void refuseText(socket, 403, 'unable to negotiate protocol');
      switchToSpdy(socket, protocol, head);
      void execOverSpdy(socket, backend, query);
      return;
    }
    this.#accept(this.#execProtocols, http, socket, head, (webSocket) => {
      void execOverWebSocket(webSocket, backend, query);
    });
  }

  #forward(
    request: ResourceRequest,
    target: UpgradeTarget,
    http: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const backend = target.backend(undefined) ?? { ports: {}, exec: () => Promise.resolve(1) };
    if (target.pod.status.phase !== 'Running') {
      const { phase } = target.pod.status;
      return void refuseText(
        socket,
        500,
        `unable to forward port because pod is not running. Current status=${phase}`,
      );
    }
    if (isSpdy(http)) {
      switchToSpdy(socket, 'portforward.k8s.io', head);
      void forwardOverSpdy(socket, backend);
      return;
    }
    this.#accept(this.#forwardProtocols, http, socket, head, (webSocket, protocol) => {
      if (protocol === TUNNEL) void forwardOverSpdy(createWebSocketStream(webSocket), backend);
      else forwardOverWebSocket(webSocket, backend, parsePorts(request.query));
    });
    if (!offered(http, 'sec-websocket-protocol').includes(TUNNEL)) parsePorts(request.query);
  }

  #accept(
    known: readonly string[],
    http: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    session: (webSocket: WebSocket, protocol: string) => void,
  ): void {
    const wanted = offered(http, 'sec-websocket-protocol').filter(
      (name) => !name.startsWith('base64url.bearer.'),
    );
    const protocol = known.find((name) => wanted.includes(name));
    // As recorded: 403 with an empty body if there is no common protocol.
    if (protocol === undefined) return void refuse(socket, 403, '', 'text/plain');
    this.#chosen = protocol;
    this.#sockets.handleUpgrade(http, socket, head, (webSocket) => {
      // Connection errors are followed by a close event, which ends the session.
      webSocket.on('error', () => webSocket.terminate());
      session(webSocket, protocol);
    });
  }
}

function parsePorts(query: URLSearchParams): number[] {
  const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number));
  if (ports.length === 0) throw badRequest('query parameter "port" is required');
  const bad = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
  if (bad !== undefined) throw badRequest(`unable to parse "${bad}" as a port`);
  return ports;
}

function offered(http: IncomingMessage, header: string): string[] {
  const value = http.headers[header];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function isSpdy(http: IncomingMessage): boolean {
  return (http.headers.upgrade ?? '').toLowerCase() === 'spdy/3.1';
}

function switchToSpdy(socket: Duplex, protocol: string, head: Buffer): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
}

function refuseText(socket: Duplex, code: number, text: string): void {
  refuse(socket, code, `${text}\n`, 'text/plain; charset=utf-8');
}

/** Responds to an upgrade with an error and closes the connection. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const failure = asApiError(error);
  refuse(socket, failure.code, `${JSON.stringify(failure.document)}\n`, 'application/json');
}

function refuse(socket: Duplex, code: number, body: string, type: string): void {
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${code} Refused\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
