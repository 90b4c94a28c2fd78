import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HttpClient } from '../../../../src/lib/http/http.ts';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import {
  SERVER_ADMIN_TOKEN,
  SERVER_DEVELOPER_TOKEN,
  SERVER_READER_TOKEN,
  type ServerScenario,
} from '../../../../src/lib/sandbox/server/scenario.ts';
import { systemClock } from '../../../../src/lib/terminal/system-clock.ts';
import { cpuStopwatch } from '../../../support/cpu-time.ts';
import { startSandbox } from '../../../support/sandbox.ts';
import { scenarioOf } from '../../server/admin-rig.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: never;
}

type Ask = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  token?: string | null,
) => Promise<Answer>;

async function rig(server: ServerScenario = {}): Promise<{ sandbox: Sandbox; ask: Ask }> {
  const sandbox = await startSandbox({ scenario: scenarioOf(server) });
  const http = clientOf(sandbox);
  const ask: Ask = async (method, path, body, token = SERVER_ADMIN_TOKEN) => {
    const response = await http.request({
      method,
      path: `/api/v1/admin/${path}`,
      headers: token === null ? {} : { 'circle-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as never,
    };
  };
  return { sandbox, ask };
}

function clientOf({ server }: Sandbox): HttpClient {
  const http = createHttpClient({
    origin: server.url,
    tls: { ca: readFileSync(server.environment()['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8') },
    requestTimeout: 5_000,
    connections: 8,
    retries: 0,
    clock: systemClock,
    random: () => 0,
  });
  onTestFinished(() => http.close());
  return http;
}

describe('the simulated admin API', () => {
  test.each([
    ['GET users', null, 401],
    ['GET users', 'unknown', 401],
    ['GET users', SERVER_DEVELOPER_TOKEN, 403],
    ['GET users', SERVER_READER_TOKEN, 200],
    ['GET settings', SERVER_READER_TOKEN, 200],
    ['POST user/sandbox-developer', SERVER_READER_TOKEN, 403],
    ['POST setting/suspend-new-users', SERVER_READER_TOKEN, 403],
    ['POST user/nobody', SERVER_ADMIN_TOKEN, 404],
    ['POST user', SERVER_ADMIN_TOKEN, 404],
    ['POST setting/nothing', SERVER_ADMIN_TOKEN, 404],
    ['GET user/sandbox-developer', SERVER_ADMIN_TOKEN, 404],
    ['GET no-such-call', SERVER_ADMIN_TOKEN, 404],
    ['POST user/sandbox-developer', SERVER_ADMIN_TOKEN, 400],
    ['GET build-state', SERVER_ADMIN_TOKEN, 200],
    ['GET build-state-summary', SERVER_ADMIN_TOKEN, 200],
    ['GET projects', SERVER_ADMIN_TOKEN, 200],
  ])('responds to %s with the token %s with %i', async (call, token, status) => {
    const { ask } = await rig({ users: 5 });
    const [method, path = ''] = call.split(' ');
    const body = method === 'POST' ? { nothing: 1 } : undefined;
    expect((await ask(method as 'GET' | 'POST', path, body, token)).status).toBe(status);
  });

  test('rejects an administrator who has lost the role', async () => {
    const { ask } = await rig();
    expect((await ask('POST', 'user/sandbox-admin', { admin: 'none' })).status).toBe(200);
    expect((await ask('GET', 'users')).status).toBe(403);
  });

  test('generates the same users from the same seed, in every state', async () => {
    const [one, two] = [await rig({ users: 300 }), await rig({ users: 300 })];
    const first = (await one.ask('GET', 'users')).body as { readonly login: string }[];
    expect(first).toHaveLength(300);
    expect(new Set(first.map(({ login }) => login.toLowerCase())).size).toBe(300);
    expect((await two.ask('GET', 'users')).body).toEqual(first);
    const { active, suspended, inactive } = one.sandbox.server.accounts.seats();
    expect(Math.min(active, suspended, inactive)).toBeGreaterThan(5);
    expect((await one.ask('GET', 'licensing')).body).toMatchObject({
      active_seats: active,
      suspended_seats: suspended,
      inactive_seats: inactive,
    });
  });

  test('lets new users in or suspends them, depending on the setting', async () => {
    const { ask, sandbox } = await rig();
    expect(sandbox.server.signIn('early')?.signInCount).toBe(1);
    await ask('POST', 'setting/suspend-new-users', true);
    expect(sandbox.server.signIn('late')).toBe(null);
    const late = { login: 'late', suspended: true, sign_in_count: 0, current_sign_in_at: null };
    expect((await ask('GET', 'users')).body).toContainEqual(expect.objectContaining(late));
    await ask('POST', 'user/late', { suspended: false });
    expect(sandbox.server.signIn('late')?.signInCount).toBe(1);
  });

  test('rejects a value of the wrong type, and returns the setting', async () => {
    const { ask } = await rig({ settingNames: { requiredOrgs: 'github.orgs' } });
    expect(await ask('POST', 'setting/github.orgs', 5)).toMatchObject({
      status: 400,
      body: { message: { error: 'Value must be a String', setting: { name: 'github.orgs' } } },
    });
    expect((await ask('POST', 'setting/github.orgs', 'acme,globex')).body).toMatchObject({
      value: 'acme,globex',
    });
  });
});

test('builds are listed newest first, in pages and by status, including those in Nomad', async () => {
  const sandbox = await startSandbox({ scenario: 'busy', users: 50 });
  const http = clientOf(sandbox);
  const get = async (query: string): Promise<Record<string, string>[]> => {
    const response = await http.request({
      method: 'GET',
      path: `/api/v1/admin/recent-builds?${query}`,
      headers: { 'circle-token': SERVER_ADMIN_TOKEN },
    });
    return (await response.json()) as Record<string, string>[];
  };
  const running = await get('status=running');
  expect(running).toHaveLength(12);
  expect(
    running.every((build) =>
      sandbox.nomad.state.jobs.all().some(({ meta }) => {
        return meta?.['build_url'] === build['build_url'];
      }),
    ),
  ).toBe(true);
  const page = await get('limit=500&offset=12');
  expect(page).toHaveLength(100);
  const times = page.map((build) => build['usage_queued_at']);
  expect(times).toEqual([...times].sort().reverse());
  expect(await get('limit=1&order=asc')).not.toEqual(await get('limit=1'));
  expect(await get('offset=100000')).toEqual([]);
});

describe('the request limit of a user', () => {
  test('applies to a second of sandbox time, separately for each user', async () => {
    const { ask, sandbox } = await rig({ limit: { perSecond: 3, atOnce: 10 } });
    const statuses = async (): Promise<number[]> =>
      [1, 2, 3, 4].reduce<Promise<number[]>>(
        async (before) => [...(await before), (await ask('GET', 'settings')).status],
        Promise.resolve([]),
      );
    expect(await statuses()).toEqual([200, 200, 200, 429]);
    expect((await ask('GET', 'users', undefined, SERVER_READER_TOKEN)).status).toBe(200);
    expect((await ask('GET', 'settings')).headers['retry-after']).toBe('1');
    await sandbox.clock.advance(1_000);
    expect((await ask('GET', 'settings')).status).toBe(200);
    sandbox.server.setLimit(null);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
  });

  test('applies to requests in progress', async () => {
    const { ask, sandbox } = await rig({ limit: { perSecond: 100, atOnce: 2 } });
    const half = [1, 2].map(() => {
      const sent = httpsRequest(`${sandbox.server.url}/api/v1/admin/user/sandbox-reader`, {
        method: 'POST',
        headers: { 'circle-token': SERVER_ADMIN_TOKEN },
        rejectUnauthorized: false,
      });
      sent.on('error', () => undefined);
      sent.write('{');
      return sent;
    });
    await expect.poll(async () => (await ask('GET', 'settings')).status).toBe(429);
    for (const sent of half) sent.destroy();
    await expect.poll(async () => (await ask('GET', 'settings')).status).toBe(200);
  });
});

test('5,000 users are returned in one response, in well under half a second', async () => {
  const { ask } = await rig({ users: 5_000 });
  await ask('GET', 'settings');
  const stopwatch = cpuStopwatch();
  expect((await ask('GET', 'users')).body).toHaveLength(5_000);
  expect(stopwatch()).toBeLessThan(400);
});
