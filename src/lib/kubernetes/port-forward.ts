import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { AdminError } from '../errors.ts';
import { Channels } from './channels.ts';
import type { PortForward } from './client.ts';
import { portRefused } from './errors.ts';
import { podPath } from './paths.ts';
import type { Transport } from './transport.ts';
import { openWebSocket } from './websocket.ts';

const DATA = 0;
const ERRORS = 1;

/** Each channel starts with the port number: two bytes, little-endian. */
const HEADER = 2;

/**
 * The only protocol version of port-forward over WebSocket (kubelet's portforward/websocket.go).
 */
const PROTOCOLS = ['v4.channel.k8s.io'];

/**
 * Opens one connection to a port of a pod.
 *
 * @throws AdminError as listed at KubernetesClient. The refusal of the port may arrive only later:
 *   then the stream is destroyed with an AdminError PORT_REFUSED.
 */
export async function connect(
  transport: Transport,
  pod: string,
  port: number,
  signal?: AbortSignal,
): Promise<Duplex> {
  const socket = await openWebSocket(transport, {
    path: `${podPath(transport.target, pod)}/portforward?ports=${port}`,
    protocols: PROTOCOLS,
    action: `connect to port ${port} of pod ${pod}`,
    signal,
  });
  return new Promise((resolve, reject) => {
    const stream = new ForwardedStream();
    const waiting = new AbortController();
    const skipped = [0, 0];
    const fail = (error: Error): void => {
      reject(error);
      stream.destroy(waiting.signal.aborted ? error : undefined);
    };
    const open = (): void => {
      waiting.abort();
      resolve(stream);
    };
    const channels = new Channels(
      socket,
      {
        frame: (channel, data) => {
          if (channel !== DATA && channel !== ERRORS) return;
          const before = skipped[channel] ?? 0;
          const header = Math.min(HEADER - before, data.length);
          skipped[channel] = before + header;
          const rest = data.subarray(header);
          if (channel === ERRORS && rest.length > 0) {
            fail(portRefused(rest.toString('utf8'), `port ${port} of pod ${pod}`));
          } else if (channel === DATA && rest.length > 0) stream.receive(rest);
          // A refusal usually arrives together with the header: wait for it before resolving.
          if (channel === DATA && before < HEADER && skipped[DATA] === HEADER) setImmediate(open);
        },
        closed: () => {
          if (skipped[DATA] === HEADER) stream.receive(null);
          else fail(endedEarly(pod, port));
        },
      },
      transport.options.clock,
    );
    stream.attach(channels);
    signal?.addEventListener('abort', () => fail(signal.reason), { signal: waiting.signal });
  });
}

/**
 * Listens on a free port of 127.0.0.1 and forwards each connection over its own WebSocket. A
 * connection that cannot be forwarded is reset.
 */
export async function portForward(open: () => Promise<Duplex>): Promise<PortForward> {
  const sockets = new Set<Socket>();
  // A client that has closed its side still waits for the response.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    open().then(
      (stream) => join(socket, stream),
      () => socket.resetAndDestroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    localPort: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function join(socket: Socket, stream: Duplex): void {
  stream.on('error', () => socket.resetAndDestroy());
  socket.once('close', () => stream.destroy());
  if (socket.destroyed) return void stream.destroy();
  socket.pipe(stream);
  stream.pipe(socket);
}

/** The data channel as a stream with backpressure in both directions. */
class ForwardedStream extends Duplex {
  #channels: Channels | undefined;

  constructor() {
    super({ allowHalfOpen: false });
  }

  attach(channels: Channels): void {
    this.#channels = channels;
  }

  /** Takes data from the connection; null for its end. */
  receive(data: Buffer | null): void {
    if (this.destroyed) return;
    if (!this.push(data) && data !== null) this.#channels?.hold(this);
  }

  override _read(): void {
    this.#channels?.release(this);
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
    void this.#channels?.send(DATA, data).then(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channels?.close();
    done(error);
  }
}

function endedEarly(pod: string, port: number): AdminError {
  return new AdminError('service', `Pod ${pod} closed the connection to port ${port}`, {
    code: 'PORT_REFUSED',
    hint: 'Check that the pod is ready: kubectl get pods',
  });
}
