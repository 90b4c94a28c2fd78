import { describe, expect, test } from 'vitest';
import {
  GITHUB_MEMBER_TOKEN,
  GITHUB_OUTSIDER_TOKEN,
  GITHUB_SCOPELESS_TOKEN,
  type GitHubScenario,
} from '../../../../src/lib/sandbox/github/scenario.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { startSandbox } from '../../../support/sandbox.ts';

const MEMBERS = Array.from({ length: 250 }, (_, at) => `member-${at}`);

async function rig(github: GitHubScenario = { members: MEMBERS }) {
  const sandbox = await startSandbox({
    scenario: { name: 'x', summary: '', nomad: { clients: 1 }, kubernetes: {}, github },
  });
  const ask = async (
    path: string,
    headers: Record<string, string> = {},
    token = GITHUB_MEMBER_TOKEN,
  ) =>
    fetch(path.startsWith('http') ? path : `${sandbox.github.url}${path}`, {
      headers: {
        'user-agent': 'test',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
  return { sandbox, ask };
}

const logins = async (response: Response): Promise<string[]> =>
  ((await response.json()) as { readonly login: string }[]).map(({ login }) => login);

describe('the simulated GitHub', () => {
  test('returns the members in pages, each with a link to the next', async () => {
    const { ask } = await rig();
    let next: string | undefined = '/orgs/ACME/members?per_page=100';
    const seen: string[] = [];
    let pages = 0;
    while (next !== undefined) {
      const response = await ask(next);
      seen.push(...(await logins(response)));
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(MEMBERS);
    expect(await logins(await ask('/orgs/acme/members'))).toHaveLength(30);
    expect(await logins(await ask('/orgs/acme/members?page=99'))).toEqual([]);
  });

  test('returns only public members to outsiders, tokens without the scope, and anonymous callers', async () => {
    const { ask } = await rig();
    for (const token of [GITHUB_OUTSIDER_TOKEN, GITHUB_SCOPELESS_TOKEN, '']) {
      const response = await ask('/orgs/acme/members?per_page=100', {}, token);
      expect(response.status).toBe(200);
      expect(await logins(response)).toHaveLength(63);
    }
    const membership = '/user/memberships/orgs/acme';
    expect((await ask(membership)).status).toBe(200);
    expect((await ask(membership, {}, GITHUB_OUTSIDER_TOKEN)).status).toBe(404);
  });

  test.each([
    ['/orgs/acme/members', 'wrong', 401],
    ['/orgs/other/members', GITHUB_MEMBER_TOKEN, 404],
    ['/orgs/acme', GITHUB_MEMBER_TOKEN, 200],
    ['/user', GITHUB_MEMBER_TOKEN, 200],
    ['/user', '', 401],
    ['/nothing', GITHUB_MEMBER_TOKEN, 404],
  ])('responds to %s with the token "%s" with %i', async (path, token, status) => {
    const { ask } = await rig();
    expect((await ask(path, {}, token)).status).toBe(status);
  });

  test('does not count an unchanged page, and sends a changed one again', async () => {
    const { ask, sandbox } = await rig();
    const first = await ask('/orgs/acme/members');
    const etag = { 'if-none-match': first.headers.get('etag') ?? '' };
    const left = (response: Response) => Number(response.headers.get('x-ratelimit-remaining'));
    expect(left(first)).toBe(4_999);
    const again = await ask('/orgs/acme/members', etag);
    expect([again.status, left(again), await again.text()]).toEqual([304, 4_999, '']);
    sandbox.github.removeMember('member-3');
    expect((await ask('/orgs/acme/members', etag)).status).toBe(200);
  });

  test('rejects requests above its limit until the hour is over', async () => {
    const { ask, sandbox } = await rig({ members: MEMBERS, perHour: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await ask('/user')).status);
    expect(statuses).toEqual([200, 200, 403]);
    const refused = await ask('/user');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    const reset = Number(refused.headers.get('x-ratelimit-reset')) * 1_000;
    expect((await ask('/rate_limit')).status).toBe(200);
    await sandbox.clock.advance(reset - sandbox.clock.nowMs());
    expect((await ask('/user')).status).toBe(200);
  });

  test('can be GitHub Enterprise Server under /api/v3', async () => {
    const { ask, sandbox } = await rig({ members: MEMBERS, enterprise: true });
    expect(sandbox.environment()['GITHUB_API_URL']).toMatch(/\/api\/v3$/);
    const first = await ask('/orgs/acme/members?per_page=100');
    expect(first.headers.get('link')).toContain('/api/v3/organizations/');
    const { origin } = new URL(sandbox.github.url);
    expect((await ask(`${origin}/orgs/acme/members`)).status).toBe(404);
  });
});

test('most of the server’s users are members, and some members have no account', async () => {
  const sandbox: Sandbox = await startSandbox({ scenario: 'idle', users: 60 });
  const accounts = new Set(sandbox.server.accounts.logins());
  const known = sandbox.github.members.filter((login) => accounts.has(login));
  expect(known).toHaveLength(55);
  expect(sandbox.github.members).toHaveLength(58);
});
