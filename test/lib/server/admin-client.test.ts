import { describe, expect, test } from 'vitest';
import type { AdminError } from '../../../src/lib/errors.ts';
import type { Fault } from '../../../src/lib/sandbox/faults.ts';
import {
  SERVER_ADMIN_TOKEN,
  SERVER_DEVELOPER_TOKEN,
  SERVER_READER_TOKEN,
} from '../../../src/lib/sandbox/server/scenario.ts';
import type { AdminApi } from '../../../src/lib/server/admin-api.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { failure } from '../http/loopback.ts';
import { adminOf, runUntil, scenarioOf, timelessClock } from './admin-rig.ts';

const SERVER = {
  users: 0,
  accounts: [
    { login: 'ada', name: 'Ada Berg', signInCount: 12, signedInDaysAgo: 2, builtDaysAgo: 1 },
    { login: 'Bob-2', suspended: true },
    { login: 'new', signInCount: 0 },
  ],
};

async function rig(token: string | null = SERVER_ADMIN_TOKEN) {
  const sandbox = await startSandbox({ scenario: scenarioOf(SERVER) });
  const clock = timelessClock();
  const fail = (fault: Fault, rule: { method?: string; path?: string; times?: number } = {}) =>
    sandbox.faults.add({ service: 'server', ...rule, fault });
  return { sandbox, clock, fail, ...adminOf(sandbox, { token, clock }) };
}

const status = (code: number, body = '', headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: code,
  body,
  headers,
});

describe('the admin client', () => {
  test('decodes accounts, with null for missing fields', async () => {
    const { api } = await rig();
    const accounts = await api.accounts();
    expect(accounts.find(({ login }) => login === 'ada')).toEqual({
      login: 'ada',
      name: 'Ada Berg',
      email: null,
      signInCount: 12,
      suspended: false,
      adminScopes: ['none'],
      createdAt: new Date('2025-05-04T09:00:00Z'),
      lastSignInAt: new Date('2026-02-28T09:00:00Z'),
    });
    expect(accounts.find(({ login }) => login === 'new')).toMatchObject({
      name: null,
      signInCount: 0,
      lastSignInAt: null,
    });
    expect(await api.licensing()).toEqual({
      licensedSeats: 25,
      activeSeats: 4,
      suspendedSeats: 1,
      inactiveSeats: 1,
      requestedSeats: 0,
      expiresAt: new Date('2026-09-18T09:00:00Z'),
    });
    expect(await api.me()).toEqual({ login: 'sandbox-admin', admin: true });
    expect(await api.buildSystemSummary()).toMatchObject({ running: { builds: 0 } });
    const [build] = await api.recentBuilds({ limit: 1 });
    expect(build).toMatchObject({ startedBy: expect.any(String), status: expect.any(String) });
  });

  test('changes accounts and settings, and returns their new state', async () => {
    const { api, sandbox } = await rig();
    expect(await api.setSuspended('ada', true)).toMatchObject({ login: 'ada', suspended: true });
    expect(sandbox.server.accounts.find('ada')?.suspended).toBe(true);
    expect(await api.setSuspended('bob-2', false)).toMatchObject({ login: 'Bob-2' });
    expect(await api.setAdminRole('ada', 'read-settings')).toMatchObject({
      adminScopes: expect.arrayContaining(['read-settings']),
    });
    await api.setAdminRole('ada', 'none');
    expect(sandbox.server.accounts.find('ada')?.adminScopes).toEqual(['none']);
    const setting = await api.setSetting('suspend-new-users', true);
    expect(setting).toMatchObject({ type: 'boolean', value: true });
    expect(await api.settings()).toContainEqual(setting);
  });

  test.each([
    ['a list instead of an account', '[]'],
    ['nothing', ''],
    ['another account', '{"login":"eve","suspended":true}'],
  ])(
    'verifies a change in the list of users if the server responds with %s',
    async (_name, body) => {
      const { api, fail, traces, sandbox } = await rig();
      fail(status(200, body), { method: 'POST', times: 1 });
      Object.assign(sandbox.server.accounts.find('ada') ?? {}, { suspended: true });
      expect(await api.setSuspended('ada', true)).toMatchObject({ login: 'ada', suspended: true });
      expect(traces.map(({ method }) => method)).toEqual(['POST', 'GET']);
      fail(status(200, body), { method: 'POST', times: 1 });
      expect(await failure(api.setSuspended('ada', false))).toMatchObject({
        kind: 'service',
        code: 'SERVER_SURPRISE',
        message: expect.stringContaining('POST /api/v1/admin/user/ada with 200'),
      });
    },
  );

  test.each([
    ['no token', null, 'NO_SERVER_TOKEN', ['Personal API Tokens', 'server.tokenFile']],
    [
      'a wrong token',
      'not-a-token',
      'SERVER_UNAUTHORIZED',
      ['Personal API Tokens', 'CIRCLE_TOKEN'],
    ],
    ['a developer', SERVER_DEVELOPER_TOKEN, 'SERVER_FORBIDDEN', ['admin grant']],
  ])('explains what to do with %s', async (_name, token, code, hints) => {
    const { api, traces } = await rig(token);
    const error = (await failure(api.accounts())) as AdminError;
    expect(error).toMatchObject({ kind: 'unauthorised', code });
    for (const hint of hints) expect(error.hint).toContain(hint);
    expect(traces).toHaveLength(token === null ? 0 : 1);
    expect(`${error.message} ${error.hint}`).not.toContain('not-a-token');
  });

  test('names the scope that a read-only administrator lacks', async () => {
    const { api } = await rig(SERVER_READER_TOKEN);
    expect(await api.accounts()).toHaveLength(6);
    expect(await failure(api.setSuspended('ada', true))).toMatchObject({
      code: 'SERVER_FORBIDDEN',
      message: expect.stringMatching(
        /POST \/api\/v1\/admin\/user\/ada: the admin scope write-settings is required$/,
      ),
    });
  });

  test('distinguishes a missing account or setting from a missing path', async () => {
    const { api, fail } = await rig();
    expect(await failure(api.setSuspended('nobody', true))).toMatchObject({
      kind: 'notFound',
      code: 'USER_NOT_FOUND',
      message: expect.stringContaining('"nobody"'),
    });
    expect(await failure(api.setSetting('no-such', 1))).toMatchObject({
      kind: 'notFound',
      code: 'SETTING_NOT_FOUND',
    });
    fail(status(404), { path: '/user/', times: 1 });
    expect(await failure(api.setSuspended('ada', true))).toMatchObject({
      kind: 'service',
      code: 'SERVER_NO_SUCH_CALL',
      hint: expect.stringContaining('config set server.paths.user '),
    });
  });

  test('reports the server’s own message for a rejected value', async () => {
    const { api } = await rig();
    expect(await failure(api.setSetting('suspend-new-users', 'yes'))).toMatchObject({
      kind: 'validation',
      code: 'SETTING_REFUSED',
      message: expect.stringContaining('Value must be a Boolean'),
    });
  });

  test.each(['a"b', 'a/b', '../x', 'a b', 'é', '', 'a\n', '-a', 'a'.repeat(40), '(eval)'])(
    'sends no request for %j, which is not a login',
    async (login) => {
      const { api, traces } = await rig();
      expect(await failure(api.setSuspended(login, true))).toMatchObject({
        kind: 'usage',
        code: 'BAD_LOGIN',
      });
      expect(await failure(api.setAdminRole(login, 'none'))).toMatchObject({ code: 'BAD_LOGIN' });
      expect(traces).toEqual([]);
    },
  );

  test.each([
    ['a page of HTML', 200, '<!doctype html><p>Sign in', 'SERVER_SURPRISE', 'no list of users'],
    ['another document', 200, '{"users":[]}', 'SERVER_SURPRISE', 'no list of users'],
    ['users without a state', 200, '[{"login":"x"}]', 'SERVER_SURPRISE', 'no list of users'],
    ['a redirect', 302, '', 'SERVER_SURPRISE', 'redirects to https://app.example.com/'],
    ['an unusual status', 418, 'teapot', 'SERVER_ERROR', 'with 418: "teapot"'],
  ])('reports the request and the response for %s', async (_name, code, body, expected, text) => {
    const { api, fail } = await rig();
    fail(status(code, body, { Location: 'https://app.example.com/' }));
    const error = (await failure(api.accounts())) as AdminError;
    expect(error).toMatchObject({ kind: 'service', code: expected });
    expect(error.message).toContain(`GET /api/v1/admin/users with ${code}`);
    expect(error.message).toContain(text);
  });

  test('masks the token in an excerpt of a response, even if it is cut in half', async () => {
    const { api, fail } = await rig();
    for (const padding of [0, 60, 75]) {
      fail(status(400, `${'x'.repeat(padding)} ${SERVER_ADMIN_TOKEN}`), { times: 1 });
      const { message } = (await failure(api.accounts())) as AdminError;
      expect(message).not.toContain('sandbox-ser');
    }
  });

  test('falls back to the documented path for the current user', async () => {
    const { api, fail } = await rig();
    fail(status(404), { path: '^/api/v1/me', times: 1 });
    expect(await api.me()).toEqual({ login: 'sandbox-admin', admin: null });
    fail(status(404), { path: '/me$' });
    expect(await failure(api.me())).toMatchObject({ code: 'SERVER_NO_SUCH_CALL' });
  });

  test('uses the configured paths', async () => {
    const sandbox = await startSandbox({ scenario: scenarioOf(SERVER) });
    const { api, traces } = adminOf(sandbox, { paths: { users: '/api/v9/people' } });
    expect(await failure(api.accounts())).toMatchObject({ code: 'SERVER_NO_SUCH_CALL' });
    expect(traces[0]?.url).toMatch(/\/api\/v9\/people$/);
  });
});

describe('transient failures are retried', () => {
  test.each<[string, Fault]>([
    ['429', status(429)],
    ['500', status(500)],
    ['503', status(503)],
    ['a reset connection', { kind: 'reset' }],
    ['a truncated response', { kind: 'truncate', bytes: 10 }],
  ])('%s', async (_name, fault) => {
    const { api, fail, traces, clock, sandbox } = await rig();
    fail(fault, { times: 3 });
    expect(await api.setSuspended('ada', true)).toMatchObject({ suspended: true });
    expect(traces).toHaveLength(4);
    expect(clock.pauses).toEqual([225, 450, 900]);
    expect(sandbox.server.accounts.find('ada')?.suspended).toBe(true);
  });

  test('after the time in Retry-After', async () => {
    const { api, fail, clock } = await rig();
    fail(status(429, '', { 'Retry-After': '7' }), { times: 1 });
    fail(status(503, '', { 'Retry-After': 'Mon, 02 Mar 2026 09:01:00 GMT' }), { times: 1 });
    await api.accounts();
    expect(clock.pauses).toEqual([7_000, 53_000]);
  });

  test('up to seven tries, then the failure is reported', async () => {
    const { api, fail, traces } = await rig();
    fail(status(500, 'down'));
    expect(await failure(api.setSuspended('ada', true))).toMatchObject({
      kind: 'service',
      code: 'SERVER_ERROR',
      message: expect.stringMatching(/POST .*\/user\/ada with 500: "down"/),
    });
    expect(traces).toHaveLength(7);
  });

  test('but not after an abort', async () => {
    const { sandbox, fail, traces } = await rig();
    fail(status(500));
    const { api, traces: own } = adminOf(sandbox, { clock: sandbox.clock });
    const control = new AbortController();
    const asked = failure(api.accounts(control.signal));
    await expect.poll(() => own.length).toBe(1);
    control.abort(new Error('stop'));
    expect(await asked).toMatchObject({ message: 'stop' });
    expect(traces).toHaveLength(0);
  });
});

test('1,000 changes are paced by the rate limit, and none is refused', async () => {
  const sandbox = await startSandbox({ scenario: scenarioOf({ users: 1_100 }) });
  const { clock, server } = sandbox;
  const { api, traces } = adminOf(sandbox, { clock });
  const start = clock.nowMs();
  const logins = server.accounts.logins().slice(3, 1_003);
  const suspend = (login: string): ReturnType<AdminApi['setSuspended']> =>
    api.setSuspended(login, true);
  await runUntil(clock, Promise.all(logins.map(suspend)));
  expect(clock.nowMs() - start).toBeLessThan((1_000 / 150) * 1_000 * 1.2);
  expect(traces.map((trace) => trace.status)).toEqual(Array(1_000).fill(200));
  expect(logins.every((login) => server.accounts.find(login)?.suspended)).toBe(true);
});
