import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { failure, hurriedClock, serve } from '../http/loopback.ts';
import { clientOf, connectionTo, frame, recorded, webSocketServer } from './api-server.ts';

const PORT = Uint8Array.of(0x26, 0x12);
const POD = 'circleci-nomad-0';
const REFUSED = recorded('websockets.json') as {
  readonly 'portforward-closed-port': {
    readonly frames: readonly { readonly channel: number; readonly text: string }[];
  };
};

/**
 * Returns a client of an API server that forwards to an HTTP server of the test, and its requests.
 */
async function forwardingTo(origin: string) {
  const paths: string[] = [];
  const client = await webSocketServer('v4.channel.k8s.io', (socket, request) => {
    paths.push(request.url ?? '');
    socket.send(frame(0, PORT));
    socket.send(frame(1, PORT));
    const upstream = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.on('message', (message: Buffer) => upstream.write(message.subarray(1)));
    upstream.on('data', (data) => socket.send(frame(0, data)));
    upstream.on('close', () => socket.close(1000));
    upstream.on('error', () => socket.close(1000));
    socket.on('close', () => upstream.destroy());
  });
  return { client, paths };
}

describe('a connection to a port of a pod', () => {
  test('carries several HTTP requests as the connection of an HTTP client', async () => {
    const body = 'nomad '.repeat(100_000);
    const { origin } = await serve((request, response) => response.end(request.url + body));
    const { client, paths } = await forwardingTo(origin);
    const http = createHttpClient({
      origin: 'http://circleci-nomad-0:4646',
      requestTimeout: 10_000,
      clock: hurriedClock(1_000),
      random: () => 0,
      connections: 1,
      dial: () => client.connect(POD, 4646),
    });
    onTestFinished(() => http.close());
    for (const path of ['/v1/nodes', '/v1/jobs']) {
      const response = await http.request({ method: 'GET', path });
      expect(await response.text()).toBe(path + body);
    }
    expect(paths).toEqual([
      '/api/v1/namespaces/circleci-server/pods/circleci-nomad-0/portforward?ports=4646',
    ]);
  });

  test('that is refused throws the recorded reason', async () => {
    const client = await webSocketServer('v4.channel.k8s.io', (socket) => {
      for (const { channel, text } of REFUSED['portforward-closed-port'].frames) {
        socket.send(frame(channel, text));
      }
    });
    expect(await failure(client.connect(POD, 9))).toMatchObject({
      kind: 'service',
      code: 'PORT_REFUSED',
      message: 'Cannot connect to port 9 of pod circleci-nomad-0: nothing listens there',
    });
  });

  test('that is refused after it was opened is destroyed with the reason', async () => {
    const opened = Promise.withResolvers<WebSocket>();
    const client = await webSocketServer('v4.channel.k8s.io', (socket) => {
      socket.send(frame(0, PORT));
      opened.resolve(socket);
    });
    const stream = await client.connect(POD, 9);
    (await opened.promise).send(frame(1, Buffer.concat([PORT, Buffer.from('i/o timeout\n')])));
    expect((await once(stream, 'error'))[0]).toMatchObject({
      code: 'PORT_REFUSED',
      message: 'Cannot connect to port 9 of pod circleci-nomad-0: i/o timeout',
    });
  });

  test('throws the reason of an abort while it is opened', async () => {
    const client = await webSocketServer('v4.channel.k8s.io', () => undefined);
    const controller = new AbortController();
    const connecting = failure(client.connect(POD, 4646, controller.signal));
    const reason = new Error('ctrl-c');
    setImmediate(() => controller.abort(reason));
    expect(await connecting).toBe(reason);
  });

  test('ends when the pod closes it, after all of its data', async () => {
    const client = await webSocketServer('v4.channel.k8s.io', (socket) => {
      socket.send(frame(0, PORT));
      socket.send(frame(0, 'bye'));
      socket.close(1000);
    });
    const stream = await client.connect(POD, 4646);
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('bye');
  });

  test('that the pod closes at once throws PORT_REFUSED', async () => {
    const client = await webSocketServer('v4.channel.k8s.io', (socket) => socket.close(1000));
    expect(await failure(client.connect(POD, 4646))).toMatchObject({
      kind: 'service',
      code: 'PORT_REFUSED',
      message: 'Pod circleci-nomad-0 closed the connection to port 4646',
    });
  });

  test('is read no faster than its reader reads', async () => {
    let socket: WebSocket | undefined;
    const piece = Buffer.alloc(256 * 1024);
    const client = await webSocketServer('v4.channel.k8s.io', (opened) => {
      socket = opened;
      opened.send(frame(0, PORT));
      for (let i = 0; i < 100; i += 1) opened.send(frame(0, piece));
      opened.close(1000);
    });
    const stream = await client.connect(POD, 4646);
    for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(stream.readableLength).toBeLessThan(8 * piece.length);
    expect(socket?.bufferedAmount).toBeGreaterThan(10 * piece.length);
    let received = 0;
    for await (const data of stream) received += data.length;
    expect(received).toBe(100 * piece.length);
  });
});

test('a local port is forwarded, and the response arrives even after the client has closed its side', async () => {
  const { origin } = await serve((_request, response) => response.end('through the pod'));
  const { client } = await forwardingTo(origin);
  const forward = await client.portForward(POD, 4646);
  const socket = connect(forward.localPort, '127.0.0.1');
  socket.end('GET / HTTP/1.0\r\n\r\n');
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*through the pod$/s);
  await forward.close();
  const late = connect(forward.localPort, '127.0.0.1');
  expect((await once(late, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
});

test('a local connection that cannot be forwarded is reset', async () => {
  const { origin, server } = await serve((_request, response) => response.end());
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
  );
  const forward = await clientOf(connectionTo(origin)).portForward(POD, 4646);
  onTestFinished(() => forward.close());
  const socket = connect(forward.localPort, '127.0.0.1');
  expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
});
