import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { SERVER_DEVELOPER_TOKEN } from '../../../src/lib/sandbox/server/scenario.ts';
import { inspectHost } from '../../../src/lib/server/certificate.ts';
import { createServerClient, type ServerClient } from '../../../src/lib/server/client.ts';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { failure } from '../http/loopback.ts';

type Env = Readonly<Record<string, string>>;

function clientOf(env: Env, token: string | null = env['CIRCLE_TOKEN'] ?? null): ServerClient {
  const http = createHttpClient({
    origin: env['CIRCLE_HOST'] ?? '',
    tls: { ca: readFileSync(env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8') },
    requestTimeout: 5_000,
    clock: systemClock,
    random: () => 0,
  });
  return createServerClient({ http, token });
}

test('the server reports the user of a token, and whether it is an administrator', async () => {
  const sandbox = await startSandbox({ scenario: 'idle' });
  const env = sandbox.environment();
  const admin = clientOf(env);
  expect(await admin.whoami()).toEqual({ login: 'sandbox-admin', name: 'Sandbox Admin' });
  expect(await admin.administrator()).toMatchObject({ login: 'sandbox-admin', admin: true });
  const developer = clientOf(env, SERVER_DEVELOPER_TOKEN);
  expect(await developer.administrator()).toMatchObject({ admin: false });
  const { status, at } = await developer.frontPage();
  expect({ status, at }).toEqual({ status: 200, at: sandbox.clock.now() });
  for (const client of [admin, developer]) await client.close();
});

describe('a server client distinguishes', () => {
  test.each([
    ['no token', null, { kind: 'unauthorised', code: 'NO_SERVER_TOKEN' }],
    [
      'a token that is not accepted',
      'no-such-token',
      { kind: 'unauthorised', code: 'SERVER_UNAUTHORIZED' },
    ],
  ])('%s', async (_name, token, expected) => {
    const client = clientOf((await startSandbox({ scenario: 'idle' })).environment(), token);
    const error = await failure(client.whoami());
    expect(error).toMatchObject({ ...expected, hint: expect.stringContaining('config set') });
    expect(String(error)).not.toContain('no-such-token');
    await client.close();
  });

  test('a server that fails, and a service that is not CircleCI', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const client = clientOf(sandbox.environment());
    const answer = (status: number, body: string) =>
      sandbox.faults.add({ service: 'server', times: 1, fault: { kind: 'status', status, body } });
    answer(500, 'the token was sandbox-server-administrator');
    expect(await failure(client.whoami())).toMatchObject({
      kind: 'service',
      code: 'SERVER_ERROR',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ answered \/api\/v2\/me with 500$/),
    });
    answer(200, '{"hello":"world"}');
    expect(await failure(client.whoami())).toMatchObject({ kind: 'service', code: 'BAD_ANSWER' });
    answer(403, '');
    expect(await failure(client.administrator())).toMatchObject({ code: 'SERVER_FORBIDDEN' });
    await client.close();
  });
});

test.each([
  ['valid', null],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
] as const)('reports a certificate that is %s', async (certificate, distrust) => {
  const sandbox = await startSandbox({
    scenario: {
      name: 'x',
      summary: '',
      nomad: { clients: 1 },
      kubernetes: {},
      server: { certificate },
    },
  });
  const env = sandbox.environment();
  const ca = readFileSync(env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
  const { signal } = new AbortController();
  const seen = await inspectHost(new URL(sandbox.server.url), { ca }, signal);
  expect(seen).toMatchObject({ kind: 'tls', distrust, validTo: expect.any(Date) });
  const unknown = await inspectHost(new URL(sandbox.server.url), {}, signal);
  expect(unknown).toMatchObject({ kind: 'tls', distrust: expect.stringMatching(/[A-Z_]+/) });
});
