import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import type { HttpTrace } from '../../../src/lib/http/http.ts';
import { createHttpClient, type HttpClientOptions } from '../../../src/lib/http/undici-client.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import { closedPort, failure, hurriedClock, serve } from './loopback.ts';

function client(origin: string, options: Partial<HttpClientOptions> = {}) {
  const made = createHttpClient({
    origin,
    requestTimeout: 30_000,
    clock: hurriedClock(),
    random: () => 1,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

/** Responds with each status in turn, then always with the last one. */
function answers(...statuses: readonly number[]): RequestListener & { asked: number } {
  const listener = Object.assign(
    ((_request, response) => {
      response.statusCode = statuses[Math.min(listener.asked, statuses.length - 1)] ?? 200;
      listener.asked += 1;
      response.end(`answer ${listener.asked}`);
    }) as RequestListener,
    { asked: 0 },
  );
  return listener;
}

describe('a request', () => {
  test("has the client's headers, overridden by its own, and a body", async () => {
    const { origin } = await serve((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        const { 'user-agent': agent, 'x-nomad-token': token, 'x-own': own } = request.headers;
        response.setHeader('X-Nomad-Index', '42');
        response.statusCode = 201;
        response.end(JSON.stringify({ at: request.url, agent, token, own, body }));
      });
    });
    const http = client(origin, {
      userAgent: 'circleci-admin/1.2.3',
      headers: { 'X-Nomad-Token': 'secret', 'x-own': 'client' },
    });
    const response = await http.request({
      method: 'POST',
      path: '/v1/jobs?x=1',
      headers: { 'x-own': 'request' },
      body: 'hello',
    });
    expect(response.status).toBe(201);
    expect(response.headers['x-nomad-index']).toBe('42');
    expect(await response.json()).toEqual({
      at: '/v1/jobs?x=1',
      agent: 'circleci-admin/1.2.3',
      token: 'secret',
      own: 'request',
      body: 'hello',
    });
  });

  test('reuses connections and opens no more than the limit', async () => {
    let open = 0;
    let most = 0;
    const { origin, server } = await serve((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.end('ok');
      });
    });
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const http = client(origin, { connections: 3 });
    for (let i = 0; i < 20; i += 1) {
      const response = await http.request({ method: 'GET', path: '/' });
      await (i % 2 === 0 ? response.text() : response.discard());
    }
    expect(connections, 'one after the other').toBe(1);
    const many = Array.from({ length: 30 }, async () =>
      (await http.request({ method: 'GET', path: '/' })).text(),
    );
    expect(await Promise.all(many)).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(3);
    expect(connections).toBeLessThanOrEqual(3);
  });

  test('uses the connection that `dial` opens', async () => {
    const { origin } = await serve((request, response) => response.end(`over ${request.url}`));
    const port = Number(new URL(origin).port);
    const http = client('http://pod.invalid:4646', {
      dial: async () => connect(port, '127.0.0.1'),
    });
    expect(await (await http.request({ method: 'GET', path: '/dial' })).text()).toBe('over /dial');
  });
});

describe('retries', () => {
  test.each([429, 502, 503, 504])(
    'reads with status %i are retried with growing pauses',
    async (status) => {
      const listener = answers(status, status, 200);
      const { origin } = await serve(listener);
      const clock = hurriedClock();
      const traces: HttpTrace[] = [];
      const http = client(origin, { clock, tracer: (trace) => traces.push(trace) });
      const response = await http.request({ method: 'GET', path: '/v1/nodes' });
      expect([response.status, await response.text()]).toEqual([200, 'answer 3']);
      expect(clock.pauses).toEqual([200, 400]);
      expect(traces.map(({ status, attempt, error }) => [status, attempt, error])).toEqual([
        [status, 1, null],
        [status, 2, null],
        [200, 3, null],
      ]);
    },
  );

  test('return the last response unchanged when they are used up', async () => {
    const listener = answers(503);
    const { origin } = await serve(listener);
    const response = await client(origin).request({ method: 'GET', path: '/' });
    expect([response.status, await response.text(), listener.asked]).toEqual([503, 'answer 4', 4]);
  });

  test.each([
    ['POST', 503],
    ['PUT', 502],
    ['DELETE', 429],
    ['GET', 500],
    ['GET', 404],
  ] as const)('%s with status %i is not retried', async (method, status) => {
    const listener = answers(status, 200);
    const { origin } = await serve(listener);
    const response = await client(origin).request({ method, path: '/' });
    await response.discard();
    expect([response.status, listener.asked]).toEqual([status, 1]);
  });

  test('wait for the time in Retry-After', async () => {
    let asked = 0;
    const { origin } = await serve((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { 'retry-after': '7' });
      response.end();
    });
    const clock = hurriedClock();
    await (await client(origin, { clock }).request({ method: 'GET', path: '/' })).discard();
    expect(clock.pauses).toEqual([7_000]);
  });

  test('reads are retried after a connection reset, writes are not', async () => {
    let asked = 0;
    const { origin } = await serve((request, response) => {
      asked += 1;
      if (asked % 2 === 1) request.socket.destroy();
      else response.end('here');
    });
    const http = client(origin);
    expect(await (await http.request({ method: 'GET', path: '/' })).text()).toBe('here');
    expect(await failure(http.request({ method: 'POST', path: '/' }))).toMatchObject({
      kind: 'service',
      code: 'UNREACHABLE',
      message: `Cannot reach ${new URL(origin).host}: the connection was closed before a response`,
    });
    expect(asked).toBe(3);
  });

  test('stop when the signal is aborted', async () => {
    const { origin } = await serve(answers(503));
    const clock = new SandboxClock({ rate: 0 });
    const controller = new AbortController();
    const reason = new Error('enough');
    const asking = client(origin, {
      clock,
      tracer: () => setImmediate(() => controller.abort(reason)),
    }).request({ method: 'GET', path: '/', signal: controller.signal });
    expect(await failure(asking)).toBe(reason);
  });
});

describe('failures', () => {
  test('a refused connection names host, port and cause', async () => {
    const port = await closedPort();
    const error = await failure(
      client(`http://127.0.0.1:${port}`).request({ method: 'GET', path: '/' }),
    );
    expect(error).toBeInstanceOf(AdminError);
    expect(error).toMatchObject({
      kind: 'service',
      code: 'UNREACHABLE',
      message: `Cannot reach 127.0.0.1:${port}: the connection was refused`,
      hint: expect.stringContaining('Check the address'),
    });
  });

  test('a host name that does not exist', async () => {
    const http = client('http://nobody.invalid:4646');
    expect(await failure(http.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(
        /^Cannot reach nobody\.invalid:4646: (the host does not exist|the DNS lookup failed)$/,
      ),
    });
  });

  test('a server that does not speak HTTP', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const http = client(`http://127.0.0.1:${port}`);
    expect(await failure(http.request({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'service',
      code: 'BAD_ANSWER',
      message: expect.stringContaining(`127.0.0.1:${port} does not speak HTTP`),
    });
  });

  test('a timeout on the injected clock', async () => {
    const clock = new SandboxClock({ rate: 0 });
    let arrived: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { origin } = await serve(() => arrived());
    const asking = failure(
      client(origin, { clock }).request({ method: 'GET', path: '/v1/jobs', timeout: 90_000 }),
    );
    await asked;
    await clock.advance(89_999);
    expect(await Promise.race([asking, Promise.resolve('waiting')])).toBe('waiting');
    await clock.advance(1);
    expect(await asking).toMatchObject({
      kind: 'timeout',
      code: 'REQUEST_TIMEOUT',
      message: `GET /v1/jobs to ${new URL(origin).host} timed out after 1m30s`,
    });
  });

  test('a timeout or an abort while the connection is not open yet', async () => {
    const http = client('https://10.0.0.1:6443', { dial: () => new Promise(() => undefined) });
    const late = http.request({ method: 'GET', path: '/api', timeout: 1 });
    expect(await failure(late)).toMatchObject({ code: 'REQUEST_TIMEOUT', exitCode: 8 });
    const stop = new AbortController();
    const asking = http.request({ method: 'GET', path: '/api', signal: stop.signal });
    stop.abort(new Error('Ctrl-C'));
    expect(await failure(asking)).toMatchObject({ message: 'Ctrl-C' });
  });

  test('a stalled body, unless bodyTimeout is 0', async () => {
    const { origin } = await serve((_request, response) => {
      response.write('abc');
      if (_request.url === '/later') setTimeout(() => response.end('def'), 60);
    });
    const http = client(origin, { bodyTimeout: 20 });
    const stuck = await http.request({ method: 'GET', path: '/stuck' });
    expect(await failure(stuck.text())).toMatchObject({
      kind: 'timeout',
      code: 'REQUEST_TIMEOUT',
      message: `The response of ${new URL(origin).host} to GET /stuck stopped after 3 bytes`,
    });
    const patient = await http.request({ method: 'GET', path: '/later', bodyTimeout: 0 });
    expect(await patient.text()).toBe('abcdef');
  });

  test.each([
    ['with a length', { 'content-length': '100' }],
    ['in chunks', {}],
  ])('a body that is truncated, %s', async (_name, headers) => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.write('{"Name":"circ', () => response.socket?.destroy());
    });
    const response = await client(origin).request({ method: 'GET', path: '/v1/agent/self' });
    expect(await failure(response.json())).toMatchObject({
      kind: 'service',
      code: 'BAD_ANSWER',
      message: `The response of ${new URL(origin).host} to GET /v1/agent/self was cut off after 13 bytes`,
    });
  });

  test.each([
    ['{"Name":"circ', 'ends in the middle of its JSON, after 13 characters'],
    ['<html>\n  <h1>Sign in</h1>', 'is not JSON: "<html> <h1>Sign in</h1>"'],
    ['', 'is not JSON: (empty)'],
  ])('a body that is not JSON: %j', async (body, problem) => {
    const { origin } = await serve((_request, response) => response.end(body));
    const response = await client(origin).request({ method: 'GET', path: '/v1/nodes' });
    expect(await failure(response.json())).toMatchObject({
      kind: 'service',
      code: 'BAD_ANSWER',
      message: `The response of ${new URL(origin).host} to GET /v1/nodes ${problem}`,
    });
  });

  test('an abort throws its reason, before the request and during the body', async () => {
    const { origin } = await serve((_request, response) => response.write('first'));
    const http = client(origin);
    const reason = new Error('ctrl-c');
    expect(
      await failure(http.request({ method: 'GET', path: '/', signal: AbortSignal.abort(reason) })),
    ).toBe(reason);
    const controller = new AbortController();
    const response = await http.request({
      method: 'GET',
      path: '/',
      bodyTimeout: 0,
      signal: controller.signal,
    });
    const reading = (async () => {
      for await (const piece of response.body) {
        expect(Buffer.from(piece).toString()).toBe('first');
        controller.abort(reason);
      }
    })();
    expect(await failure(reading)).toBe(reason);
  });
});
