import { createServer } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { AdminError } from '../../../src/lib/errors.ts';
import type { TlsOptions } from '../../../src/lib/http/http.ts';
import type { ProxySettings } from '../../../src/lib/http/proxy.ts';
import { createKubernetesClient } from '../../../src/lib/kubernetes/api-client.ts';
import { authority, issued, type Pair } from '../http/certificates.ts';
import { failure, hurriedClock, serve } from '../http/loopback.ts';
import { connectionTo, frame, recordedText } from './api-server.ts';

let ca: Pair;
let otherCa: Pair;
let server: Pair;
let user: Pair;

beforeAll(async () => {
  [ca, otherCa] = await Promise.all([authority('kubernetes'), authority('other')]);
  [server, user] = await Promise.all([issued(ca, 'kubernetes.default'), issued(ca, 'admin')]);
});

/** Starts an API server that requires a client certificate, and where every command succeeds. */
async function secureServer(): Promise<string> {
  const tls = { cert: server.cert, key: server.private, ca: ca.cert };
  const { origin, server: https } = await serve(
    (_request, response) => response.end(recordedText('version.json')),
    { ...tls, requestCert: true, rejectUnauthorized: true },
  );
  const sockets = new WebSocketServer({ server: https });
  sockets.on('connection', (socket) => socket.send(frame(3, '{"status":"Success"}')));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return origin;
}

/** Returns functions that send a request and run a command, with the same TLS settings. */
function both(origin: string, tls: TlsOptions, proxy?: ProxySettings) {
  const client = createKubernetesClient({
    connection: connectionTo(origin, { credentials: async () => ({ headers: {}, tls }) }),
    requestTimeout: 30_000,
    clock: hurriedClock(),
    random: () => 0,
    userAgent: 'circleci-admin/test',
    ...(proxy ? { proxy } : {}),
  });
  onTestFinished(() => client.close());
  const out = new PassThrough();
  const command = { pod: 'circleci-nomad-0', command: ['true'], stdout: out, stderr: out };
  return { request: () => client.version(), exec: () => client.exec(command) };
}

function right(): TlsOptions {
  return { ca: ca.cert, serverName: 'kubernetes.default', cert: user.cert, key: user.private };
}

describe('over TLS', () => {
  test('requests and WebSockets use the same client certificate', async () => {
    const ways = both(await secureServer(), right());
    expect(await ways.request()).toBe('v1.21.2-k3s1');
    expect(await ways.exec()).toEqual({ exitCode: 0 });
  });

  test.each([
    [
      'a server certificate of another CA',
      () => ({ ...right(), ca: otherCa.cert }),
      'by a CA that is not trusted here',
    ],
    [
      'a server certificate with another name',
      () => ({ ...right(), serverName: 'localhost' }),
      'is for another name (DNS:kubernetes.default)',
    ],
  ])('%s is refused by requests and WebSockets', async (_name, tls, message) => {
    const ways = both(await secureServer(), tls());
    for (const way of [ways.request, ways.exec]) {
      expect(await failure(way())).toMatchObject({
        kind: 'service',
        code: 'TLS_REFUSED',
        message: expect.stringContaining(message),
      });
    }
  });

  test('a missing client certificate is refused for requests and WebSockets', async () => {
    const { cert: _cert, key: _key, ...without } = right();
    const ways = both(await secureServer(), without);
    for (const way of [ways.request, ways.exec]) {
      expect(await failure(way())).toMatchObject({
        kind: 'service',
        // It is not determined whether the refusal or the closed connection is seen first.
        code: expect.stringMatching(/^(TLS_REFUSED|KUBERNETES_UNREACHABLE)$/),
      });
    }
  });
});

describe('through a proxy', () => {
  async function proxy(answer: 200 | 403, port: number): Promise<{ url: string; seen: unknown[] }> {
    const seen: unknown[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      seen.push([request.url, request.headers['proxy-authorization']]);
      if (answer === 403) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const upstream = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
      onTestFinished(() => void socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const own = typeof address === 'object' ? address?.port : 0;
    return { url: `http://ann:pass@127.0.0.1:${own}`, seen };
  }

  const behind = 'https://kubernetes.default:6443';
  const basic = `Basic ${Buffer.from('ann:pass').toString('base64')}`;

  test('requests and WebSockets work, with TLS', async () => {
    const { url, seen } = await proxy(200, Number(new URL(await secureServer()).port));
    const ways = both(behind, right(), { https: url });
    expect(await ways.request()).toBe('v1.21.2-k3s1');
    expect(await ways.exec()).toEqual({ exitCode: 0 });
    expect(seen).toEqual([
      ['kubernetes.default:6443', basic],
      ['kubernetes.default:6443', basic],
    ]);
  });

  test('a refused WebSocket throws an error that names the proxy', async () => {
    const { url } = await proxy(403, 1);
    expect(await failure(both(behind, right(), { https: url }).exec())).toMatchObject({
      kind: 'service',
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringMatching(
        /^The proxy 127\.0\.0\.1:\d+ refused to connect to kubernetes\.default:6443: 403$/,
      ),
    });
  });
});

test('the cause of a timeout is reported for requests and WebSockets', async () => {
  const cause = new AdminError('timeout', 'the bastion no longer responds', {
    code: 'SSH_TIMEOUT',
  });
  const { origin } = await serve(() => undefined);
  const client = createKubernetesClient({
    connection: connectionTo(origin),
    requestTimeout: 1,
    clock: hurriedClock(),
    random: () => 0,
    userAgent: 'circleci-admin/test',
    causeOfTimeout: async () => cause,
  });
  onTestFinished(() => client.close());
  const out = new PassThrough();
  const command = { pod: 'circleci-nomad-0', command: ['true'], stdout: out, stderr: out };
  expect(await failure(client.version())).toBe(cause);
  expect(await failure(client.exec(command))).toBe(cause);
});
