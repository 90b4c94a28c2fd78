import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { pipeline } from 'node:stream';
import { unreachable } from './api-error.ts';
import type { PodObject } from './objects.ts';
import type { PodBackend } from './pod-backend.ts';
import { sendError } from './respond.ts';

/** The pod and port in a proxy path: `[https:]NAME[:PORT]`. */
export interface ProxyTarget {
  readonly name: string;
  readonly tls: boolean;
  /** Undefined for the first port of the pod's first container. */
  readonly port: number | undefined;
}

/** Parses the name in a proxy path. */
export function parseProxyName(text: string): ProxyTarget {
  const parts = text.split(':');
  const tls = parts.length === 3 && parts[0] === 'https';
  const [name = '', port] = parts.length === 3 ? parts.slice(1) : parts;
  return { name, tls, port: port === undefined || port === '' ? undefined : Number(port) };
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade'];

/** Forwards requests to the backend of a pod's port over keep-alive connections. */
export class PodProxy {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #tlsAgent = new TlsAgent({ keepAlive: true, rejectUnauthorized: false });

  /** Closes the keep-alive connections. */
  close(): void {
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }

  /** Forwards a request. The response has the pod's status, headers and body. */
  forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    options: {
      readonly pod: PodObject;
      readonly backend: PodBackend | undefined;
      readonly target: ProxyTarget;
      /** The path and query on the pod. */
      readonly path: string;
    },
  ): void {
    const { pod, backend, target, path } = options;
    const port = target.port ?? pod.spec.containers[0]?.ports?.[0]?.containerPort ?? 80;
    const local = backend?.ports[port];
    const refuse = (): void =>
      sendError(outgoing, unreachable(`${pod.status.podIP ?? ''}:${port}`));
    if (local === undefined) {
      incoming.resume();
      return void refuse();
    }
    const { authorization: _, ...headers } = incoming.headers;
    for (const name of HOP_BY_HOP) delete headers[name];
    const send = target.tls ? httpsRequest : httpRequest;
    const upstream = send({
      host: '127.0.0.1',
      port: local,
      method: incoming.method,
      path,
      headers: { ...headers, 'x-forwarded-uri': incoming.url ?? '' },
      agent: target.tls ? this.#tlsAgent : this.#agent,
    });
    upstream.once('response', (answer) => {
      const passed = { ...answer.headers };
      for (const name of HOP_BY_HOP) delete passed[name];
      outgoing.writeHead(answer.statusCode ?? 502, passed);
      outgoing.flushHeaders();
      // If the pod breaks the connection, the client's response is broken too; nothing else to do.
      pipeline(answer, outgoing, () => undefined);
    });
    upstream.once('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else refuse();
    });
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) upstream.destroy();
    });
    incoming.pipe(upstream);
  }
}
