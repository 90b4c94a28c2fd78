import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { toBuffer } from './exec-websocket.ts';
import type { PodBackend } from './pod-backend.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';

/** Returns containerd's error for a port that nothing listens on. */
function refusal(port: number, sandbox: string, netns: string): string {
  return `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${netns}": failed to connect to localhost:${port} inside namespace "${sandbox}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `;
}

/**
 * Connects to the backend of a pod's port; calls `refused` with the kubelet's message if nothing
 * listens.
 */
function dial(
  backend: PodBackend,
  port: number,
  connected: (socket: Socket) => void,
  refused: (message: string) => void,
): void {
  const fail = (): void => refused(refusal(port, randomBytes(32).toString('hex'), randomUUID()));
  const target = backend.ports[port];
  if (target === undefined) return void fail();
  const socket = connect({ host: '127.0.0.1', port: target, noDelay: true });
  socket.once('error', fail);
  socket.once('connect', () => {
    socket.off('error', fail);
    // Later errors close the connection, which the client sees as a reset.
    socket.on('error', () => socket.destroy());
    connected(socket);
  });
}

/**
 * Serves `ports` over one WebSocket. For the port at index `i`, channel `2i` carries data and `2i +
 * 1` errors; each starts with the port as two little-endian bytes.
 */
export function forwardOverWebSocket(
  socket: WebSocket,
  backend: PodBackend,
  ports: readonly number[],
): void {
  const targets = new Map<number, Socket>();
  const early = new Map<number, Buffer[]>();
  let open = ports.length;
  const send = (channel: number, data: Uint8Array): void => {
    if (socket.readyState === socket.OPEN) {
      socket.send(Buffer.concat([Buffer.from([channel]), data]), { binary: true });
    }
  };
  const ended = (): void => {
    open -= 1;
    if (open === 0) socket.close(1000);
  };
  for (const [index, port] of ports.entries()) {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    send(index * 2, number);
    send(index * 2 + 1, number);
  }
  for (const [index, port] of ports.entries()) {
    dial(
      backend,
      port,
      (target) => {
        targets.set(index * 2, target);
        for (const data of early.get(index * 2) ?? []) target.write(data);
        target.on('data', (data: Buffer) => send(index * 2, data));
        target.once('close', ended);
      },
      (message) => {
        send(index * 2 + 1, Buffer.from(message));
        ended();
      },
    );
  }
  socket.on('message', (raw: RawData) => {
    const message = toBuffer(raw);
    const channel = message[0] ?? 0;
    const data = message.subarray(1);
    const target = targets.get(channel);
    if (target) target.write(data);
    else early.set(channel, [...(early.get(channel) ?? []), data]);
  });
  socket.once('close', () => {
    for (const target of targets.values()) target.destroy();
  });
}

/**
 * Serves a port-forward over SPDY. For each connection, the client opens an error stream and a data
 * stream with the same request ID.
 */
export async function forwardOverSpdy(socket: Duplex, backend: PodBackend): Promise<void> {
  const errors = new Map<string, SpdyStream>();
  const targets = new Set<Socket>();
  const connection = new SpdyConnection(socket, (stream) => {
    const id = stream.headers['requestid'] ?? '';
    if (stream.headers['streamtype'] === 'error') {
      errors.set(id, stream);
      stream.input.resume();
      return;
    }
    const error = errors.get(id);
    errors.delete(id);
    dial(
      backend,
      Number(stream.headers['port']),
      (target) => {
        targets.add(target);
        stream.input.pipe(target);
        target.on('data', (data: Buffer) => stream.write(data));
        target.once('close', () => {
          targets.delete(target);
          stream.end();
          error?.end();
        });
      },
      (message) => {
        error?.write(message);
        error?.end();
        stream.end();
      },
    );
  });
  await connection.serve();
  for (const target of targets) target.destroy();
}
