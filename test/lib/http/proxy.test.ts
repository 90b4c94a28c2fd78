import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { proxyFor } from '../../../src/lib/http/proxy.ts';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { hurriedClock, serve } from './loopback.ts';

const proxy = 'http://proxy.example.com:3128';

test.each([
  ['http://nomad.example.com:4646', { http: proxy }, proxy],
  ['https://nomad.example.com', { https: 'proxy:3128' }, 'http://proxy:3128'],
  ['https://nomad.example.com', { http: proxy }, null],
  ['http://nomad.example.com', { http: '' }, null],
  ['http://127.0.0.1:4646', { http: proxy }, null],
  ['http://localhost:4646', { http: proxy }, null],
  ['http://[::1]:4646', { http: proxy }, null],
  ['http://nomad.example.com', { http: proxy, no: '*' }, null],
  ['http://nomad.example.com', { http: proxy, no: 'a.com, example.com' }, null],
  ['http://nomad.example.com', { http: proxy, no: '.example.com' }, null],
  ['http://example.com', { http: proxy, no: '.example.com' }, proxy],
  ['http://badexample.com', { http: proxy, no: 'example.com' }, proxy],
  ['http://nomad.example.com:4646', { http: proxy, no: 'nomad.example.com:4646' }, null],
  ['http://nomad.example.com:4647', { http: proxy, no: 'nomad.example.com:4646' }, proxy],
  ['http://10.1.2.3', { http: proxy, no: '10.0.0.0/8' }, null],
  ['http://11.1.2.3', { http: proxy, no: '10.0.0.0/8' }, proxy],
  ['http://[fd00::1]', { http: proxy, no: 'fd00::/8' }, null],
  ['http://10.1.2.3', { http: proxy, no: '10.1.2.3' }, null],
  ['http://10.1.2.3', { http: proxy, no: '10.0.0.0/99,nonsense/8' }, proxy],
])('%s with %j goes through %s', (origin, settings, expected) => {
  expect(proxyFor(origin, settings)).toBe(expected);
});

test('a request goes through the proxy', async () => {
  const { origin } = await serve((request, response) => response.end(`for ${request.url}`));
  const through: string[] = [];
  const server = createServer((request, response) => {
    through.push(request.url ?? '');
    forward(origin, (answer) => answer.pipe(response)).end();
  });
  server.on('connect', (request, socket) => {
    through.push(request.url ?? '');
    const upstream = connect(Number(new URL(origin).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const client = createHttpClient({
    origin: 'http://nomad.invalid:4646',
    requestTimeout: 5_000,
    clock: hurriedClock(1_000),
    random: () => 0,
    proxy: { http: `http://127.0.0.1:${port}` },
  });
  onTestFinished(() => client.close());
  const response = await client.request({ method: 'GET', path: '/v1/nodes' });
  expect(await response.text()).toBe('for /v1/nodes');
  expect(through).toEqual(['nomad.invalid:4646']);
});
