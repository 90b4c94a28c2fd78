import type { SecureContextOptions } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TlsOptions } from '../../../src/lib/http/http.ts';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { authority, issued, type Pair } from './certificates.ts';
import { failure, hurriedClock, serve } from './loopback.ts';

let ca: Pair;
let otherCa: Pair;
let server: Pair;
let expired: Pair;
let user: Pair;

beforeAll(async () => {
  [ca, otherCa] = await Promise.all([authority('nomad-ca'), authority('other-ca')]);
  const long = { notBeforeDate: new Date('2020-01-01'), notAfterDate: new Date('2020-02-01') };
  [server, expired, user] = await Promise.all([
    issued(ca, 'server.global.nomad'),
    issued(ca, 'server.global.nomad', long),
    issued(ca, 'cli.global.nomad'),
  ]);
});

/** No TLS 1.2 cipher suite in common with the client, so that the server sends an alert. */
const NOTHING_IN_COMMON = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA256' } as const;

async function ask(
  served: Pair,
  tls: TlsOptions,
  requireClient = false,
  more: SecureContextOptions = {},
): Promise<string> {
  const { origin } = await serve((_request, response) => response.end('hello'), {
    cert: served.cert,
    key: served.private,
    ...more,
    ...(requireClient ? { requestCert: true, rejectUnauthorized: true, ca: ca.cert } : {}),
  });
  const client = createHttpClient({
    origin,
    tls,
    requestTimeout: 5_000,
    clock: hurriedClock(1_000),
    random: () => 0,
  });
  onTestFinished(() => client.close());
  const response = await client.request({ method: 'GET', path: '/' });
  return response.text();
}

describe('a server with a certificate', () => {
  const serverName = 'server.global.nomad';

  test('is trusted if its CA and its name match', async () => {
    expect(await ask(server, { ca: ca.cert, serverName })).toBe('hello');
  });

  test('is accepted without checks if verify is false', async () => {
    expect(await ask(expired, { verify: false })).toBe('hello');
  });

  test('receives the client certificate that it requests', async () => {
    const tls = { ca: ca.cert, serverName, cert: user.cert, key: user.private };
    expect(await ask(server, tls, true)).toBe('hello');
  });

  test.each([
    [
      'of another CA',
      () => ask(server, { ca: otherCa.cert, serverName }),
      /^127\.0\.0\.1:\d+ is not trusted: its certificate was issued by a CA that is not trusted here$/,
    ],
    [
      'without any CA',
      () => ask(server, { serverName }),
      /was issued by a CA that is not trusted here$/,
    ],
    [
      'of another name',
      () => ask(server, { ca: ca.cert }),
      /its certificate is for another name \(.*server\.global\.nomad/,
    ],
    [
      'that has expired',
      () => ask(expired, { ca: ca.cert, serverName }),
      /its certificate has expired$/,
    ],
    [
      'that cannot agree on a cipher',
      () => ask(server, { ca: ca.cert, serverName }, false, NOTHING_IN_COMMON),
      /^127\.0\.0\.1:\d+ refused the TLS handshake: handshake failure$/,
    ],
    [
      'and a key that does not belong to ours',
      () => ask(server, { ca: ca.cert, serverName, cert: user.cert, key: server.private }, true),
      /^The client certificate for 127\.0\.0\.1:\d+ cannot be used: /,
    ],
  ])('%s is rejected with the reason', async (_name, asking, message) => {
    expect(await failure(asking())).toMatchObject({
      kind: 'service',
      code: 'TLS_REFUSED',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  test('that requires a client certificate: the hint says so', async () => {
    expect(await failure(ask(server, { ca: ca.cert, serverName }, true))).toMatchObject({
      kind: 'service',
      // It is a race whether the TLS alert or the closed connection is seen first.
      code: expect.stringMatching(/^(TLS_REFUSED|UNREACHABLE)$/),
      hint: expect.stringContaining('client certificate'),
    });
  });

  test('is missing: the port speaks plain HTTP', async () => {
    const { origin } = await serve((_request, response) => response.end('plain'));
    const client = createHttpClient({
      origin: origin.replace('http:', 'https:'),
      requestTimeout: 5_000,
      clock: hurriedClock(1_000),
      random: () => 0,
    });
    onTestFinished(() => client.close());
    expect(await failure(client.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'TLS_REFUSED',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ does not speak TLS$/),
      hint: expect.stringContaining('http://'),
    });
  });
});
