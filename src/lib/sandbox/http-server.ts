import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SandboxContext } from './service.ts';

/** Handles the requests to a simulated HTTP service that no fault applies to. */
export interface HttpHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Handles protocol upgrades: WebSocket and SPDY. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Returns whether a request would change anything; by default this depends on the method. */
  isWrite?(request: IncomingMessage): boolean;
}

/** A loopback HTTP server with the sandbox's faults and call counts. */
export class SandboxHttpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(options: {
    readonly name: string;
    readonly context: SandboxContext;
    readonly handlers: HttpHandlers;
    readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  }) {
    const { name, context, handlers, tls } = options;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      const path = request.url ?? '/';
      const method = request.method ?? 'GET';
      context.calls.record({
        service: name,
        method,
        path,
        write: handlers.isWrite?.(request) ?? !['GET', 'HEAD', 'OPTIONS'].includes(method),
        agent: request.headers['user-agent'] ?? '',
        credentials: credentialsOf(request),
      });
      // Sandbox time instead of the machine's, because clients compare it with their own clock.
      response.setHeader('Date', context.clock.now().toUTCString());
      const fault = context.faults.next(name, method, path);
      switch (fault?.kind) {
        case undefined:
          handlers.request(request, response);
          break;
        case 'delay':
          context.clock.schedule(fault.ms, () => handlers.request(request, response));
          break;
        case 'reset':
          request.socket.destroy();
          break;
        case 'status':
          request.resume();
          response.writeHead(fault.status, fault.headers ?? { 'Content-Type': 'text/plain' });
          response.end(fault.body ?? '');
          break;
        case 'truncate':
          cutAfter(response, fault.bytes);
          handlers.request(request, response);
          break;
        case 'hang':
          request.resume();
          break;
      }
    };
    this.#server = tls
      ? createTlsServer(
          { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false },
          onRequest,
        )
      : createServer(onRequest);
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = request.url ?? '/';
      context.calls.record({
        service: name,
        method: 'UPGRADE',
        path,
        write: handlers.isWrite?.(request) ?? false,
        agent: request.headers['user-agent'] ?? '',
        credentials: credentialsOf(request),
      });
      const fault = context.faults.next(name, 'UPGRADE', path);
      if (fault?.kind === 'reset') return void socket.destroy();
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'status') {
        const body = fault.body ?? '';
        socket.end(
          `HTTP/1.1 ${fault.status} Fault\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      if (!handlers.upgrade) return void socket.destroy();
      handlers.upgrade(request, socket, head);
    });
  }

  /** The loopback port; 0 before {@link start}. */
  get port(): number {
    return this.#port;
  }

  /** Listens on `port` of 127.0.0.1; by default on a free one. */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Closes all connections immediately. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const CREDENTIAL_HEADERS = ['authorization', 'x-nomad-token', 'circle-token', 'cookie'];

function credentialsOf({ headers }: IncomingMessage): readonly string[] {
  return CREDENTIAL_HEADERS.flatMap((name) => headers[name] ?? []);
}

/** Sends `bytes` of the body and then breaks the connection. */
function cutAfter(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const write = response.write.bind(response);
  const pass = (chunk: unknown): void => {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return;
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
    if (data.length < left) {
      left -= data.length;
      write(data);
      return;
    }
    write(data.subarray(0, left), () => response.socket?.destroy());
    left = 0;
  };
  response.removeHeader('Content-Length');
  response.write = (chunk: unknown): boolean => {
    pass(chunk);
    return true;
  };
  response.end = (chunk?: unknown): ServerResponse => {
    pass(chunk);
    if (left > 0) response.socket?.destroy();
    return response;
  };
}
