import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { githubAddress } from '../../../src/lib/github/address.ts';
import { createGitHubClient, nextPage } from '../../../src/lib/github/client.ts';
import { readMembers } from '../../../src/lib/github/members.ts';
import { pageCacheFile } from '../../../src/lib/github/page-cache.ts';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { failure, hurriedClock, serve } from '../http/loopback.ts';

const TOKEN = 'ghp_members';

/** An organisation whose members the test can change. */
class Org {
  members: string[];
  /** Sent with every page. */
  headers: Readonly<Record<string, string>> = { 'X-OAuth-Scopes': 'read:org, repo' };
  /** The membership state of the token's owner; null if not a member. */
  state: string | null = 'active';
  /** Returns a response to send instead of a page; undefined for the normal page. */
  instead: (page: number, asked: number) => ((response: ServerResponse) => void) | undefined = () =>
    undefined;
  readonly asked: { readonly path: string; readonly status: number }[] = [];
  #origin = '';

  constructor(many: number) {
    this.members = Array.from({ length: many }, (_, at) => `member-${at}`);
  }

  async client(options: { readonly token?: string | null; readonly prefix?: string } = {}) {
    const { token = TOKEN, prefix = '' } = options;
    const { origin } = await serve((request, response) => this.#answer(request, response, prefix));
    this.#origin = origin;
    const clock = hurriedClock(10 * 60_000);
    const http = createHttpClient({ origin, requestTimeout: 1_000_000, clock, random: () => 0 });
    onTestFinished(() => http.close());
    const address = githubAddress(`${origin}${prefix}`);
    return { clock, github: createGitHubClient({ http, address, token, clock }) };
  }

  #answer(request: IncomingMessage, response: ServerResponse, prefix: string): void {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname.endsWith('/user/memberships/orgs/acme')) {
      this.#member(request, response);
      return;
    }
    const page = Number(url.searchParams.get('page'));
    const instead = this.instead(page, this.asked.length);
    const send = (status: number, body: unknown, headers = {}): void => {
      this.asked.push({ path: `${url.pathname}${url.search}`, status });
      response.writeHead(status, { ...this.headers, ...headers });
      response.end(status === 304 ? undefined : JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) send(401, {});
    else if (instead) {
      this.asked.push({ path: url.pathname, status: 0 });
      instead(response);
    } else if (url.pathname !== `${prefix}/orgs/acme/members`) send(404, {});
    else this.#page(page, url, request.headers['if-none-match'], send);
  }

  #member(request: IncomingMessage, response: ServerResponse): void {
    const known = request.headers.authorization === `Bearer ${TOKEN}`;
    response.writeHead(known ? (this.state === null ? 404 : 200) : 401, this.headers);
    response.end(JSON.stringify({ state: this.state }));
  }

  #page(
    page: number,
    url: URL,
    known: string | undefined,
    send: (status: number, body: unknown, headers: Readonly<Record<string, string>>) => void,
  ): void {
    const logins = this.members.slice((page - 1) * 100, page * 100);
    const etag = `"${logins.join('')}"`.slice(0, 4_000);
    const more = this.members.length > page * 100;
    const next = `<${this.#origin}${url.pathname}?per_page=100&page=${page + 1}>; rel="next"`;
    const headers = { ETag: etag, ...(more ? { Link: `${next}, <x>; rel="last"` } : {}) };
    const unchanged = known === etag;
    send(
      unchanged ? 304 : 200,
      logins.map((login) => ({ login, id: 1 })),
      headers,
    );
  }
}

const statuses = (org: Org): readonly number[] => org.asked.map(({ status }) => status);

describe('readMembers', () => {
  it.each(['', '/api/v3'])(
    'reads every page, and again to check for changes (at "%s")',
    async (prefix) => {
      const org = new Org(250);
      const { github } = await org.client({ prefix });
      expect(await readMembers(github, 'acme')).toEqual(org.members);
      expect(statuses(org)).toEqual([200, 200, 200, 304, 304, 304]);
    },
  );

  it('includes a member who shifts to another page during the read', async () => {
    const org = new Org(250);
    const { github } = await org.client();
    org.instead = (_page, asked) => {
      // After the removal, number 100 shifts to the first page and is on neither page that was
      // read.
      if (asked === 1 && org.members.length === 250) org.members.shift();
      return undefined;
    };
    expect(await readMembers(github, 'acme')).toEqual(org.members);
    expect(org.members).toContain('member-100');
  });

  it('fails if the members keep changing', async () => {
    const org = new Org(5);
    const { github } = await org.client();
    org.instead = (_page, asked) => {
      org.members = [...org.members, `joins-${asked}`];
      return undefined;
    };
    await expect(readMembers(github, 'acme')).rejects.toMatchObject({
      kind: 'service',
      code: 'MEMBERS_CHANGING',
    });
  });

  it('caches pages for the user only, and ignores an invalid cache', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'members-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const org = new Org(150);
    const { github } = await org.client();
    const cache = pageCacheFile(directory, 'github.com', 'acme');
    await readMembers(github, 'acme', { cache });
    const [name = ''] = await readdir(join(directory, 'github'));
    const path = join(directory, 'github', name);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain(TOKEN);
    org.asked.length = 0;
    expect(await readMembers(github, 'acme', { cache })).toEqual(org.members);
    expect(statuses(org)).toEqual([304, 304]);
    org.members.push('new-one');
    expect(await readMembers(github, 'acme', { cache })).toContain('new-one');
    for (const text of ['', '{', '[{"path":1}]', '[{"path":"/x","etag":"y","logins":[3]}]']) {
      await writeFile(path, text);
      expect(await readMembers(github, 'acme', { cache })).toEqual(org.members);
    }
  });

  it('requests another page after a full page without a next link', async () => {
    const org = new Org(100);
    const { github } = await org.client();
    expect(await readMembers(github, 'acme')).toHaveLength(100);
    expect(org.asked.map(({ path }) => path.at(-1))).toEqual(['1', '2', '1', '2']);
  });

  it('waits for the rate limit with a message, but not for an hour', async () => {
    const org = new Org(250);
    const { github, clock } = await org.client();
    const reset = (seconds: number) => (response: ServerResponse) => {
      const at = Math.floor(clock.now().getTime() / 1_000) + seconds;
      const headers = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(at) };
      response.writeHead(403, headers).end('{}');
    };
    org.instead = (_page, asked) => (asked === 1 ? reset(90) : undefined);
    const said: string[] = [];
    const onWait = (text: string): void => void said.push(text);
    expect(await readMembers(github, 'acme', { onWait })).toHaveLength(250);
    expect(said).toEqual([expect.stringMatching(/rate limit reached, waiting 1m31s$/)]);
    expect(clock.pauses).toContain(91_000);
    org.instead = () => reset(3_000);
    await expect(readMembers(github, 'acme')).rejects.toMatchObject({
      kind: 'service',
      code: 'GITHUB_RATE_LIMITED',
      hint: 'Run it again in 50m1s. Nothing was changed.',
    });
  });

  type Answer = Parameters<NonNullable<ReturnType<Org['instead']>>>[0];
  it.each<[string, (response: Answer) => void, string, string]>([
    ['a page fails', (response) => response.writeHead(500).end(), 'service', 'GITHUB_ERROR'],
    ['the connection breaks', (response) => response.socket?.destroy(), 'service', 'UNREACHABLE'],
    [
      'a page is truncated',
      (response) => {
        response.writeHead(200, { 'Content-Length': '999' });
        response.write('[{"login":"member-1"');
        response.socket?.end();
      },
      'service',
      'BAD_ANSWER',
    ],
    ['a page is not a list', (response) => response.end('{"a":1}'), 'service', 'GITHUB_ERROR'],
    ['a member has no login', (response) => response.end('[{}]'), 'service', 'GITHUB_ERROR'],
    [
      'the next page is on another host',
      (response) => {
        response.setHeader('Link', '<https://evil.example.com/x>; rel="next"').end('[]');
      },
      'service',
      'GITHUB_ERROR',
    ],
    [
      'the organisation is hidden',
      (response) => response.writeHead(404).end(),
      'notFound',
      'GITHUB_NOT_FOUND',
    ],
    [
      'only public members are shown',
      (response) => response.writeHead(302, { Location: '/orgs/acme/public_members' }).end(),
      'unauthorised',
      'GITHUB_FORBIDDEN',
    ],
    [
      'single sign-on is required',
      (response) => response.writeHead(403, { 'X-GitHub-SSO': 'required' }).end(),
      'unauthorised',
      'GITHUB_FORBIDDEN',
    ],
  ])('returns no list if %s', async (_name, answer, kind, code) => {
    const org = new Org(250);
    const { github } = await org.client();
    org.instead = (page) => (page === 3 ? answer : undefined);
    expect(await failure(readMembers(github, 'acme'))).toMatchObject({ kind, code });
  });

  it.each([null, 'pending'])('requires the token of a member: %j is not', async (state) => {
    const org = new Org(3);
    org.state = state;
    expect(await failure(readMembers((await org.client()).github, 'acme'))).toMatchObject({
      kind: 'unauthorised',
      code: 'GITHUB_FORBIDDEN',
      message: expect.stringMatching(/not a member of acme|no members of acme/),
    });
    expect(org.asked).toEqual([]);
  });

  it('requires a token that may see all members', async () => {
    const org = new Org(3);
    expect(
      await failure(readMembers((await org.client({ token: null })).github, 'acme')),
    ).toMatchObject({ kind: 'unauthorised', code: 'NO_GITHUB_TOKEN' });
    const wrong = await failure(readMembers((await org.client({ token: 'ghp_x' })).github, 'acme'));
    expect(wrong).toMatchObject({ kind: 'unauthorised', code: 'GITHUB_UNAUTHORIZED' });
    org.headers = { 'X-OAuth-Scopes': 'repo, gist' };
    expect(await failure(readMembers((await org.client()).github, 'acme'))).toMatchObject({
      kind: 'unauthorised',
      code: 'GITHUB_FORBIDDEN',
      message: expect.stringContaining('lacks the scope read:org'),
    });
    org.headers = {};
    org.members = [];
    expect(await failure(readMembers((await org.client()).github, 'acme'))).toMatchObject({
      code: 'GITHUB_FORBIDDEN',
      message: expect.stringMatching(/not a member of acme|no members of acme/),
    });
    expect(await failure(readMembers((await org.client()).github, '../user'))).toMatchObject({
      kind: 'usage',
      code: 'BAD_ORG',
    });
  });
});

describe('nextPage', () => {
  const address = githubAddress(null);
  it.each([
    [undefined, null],
    [
      '<https://api.github.com/a?page=2>; rel="next", <https://api.github.com/a?page=9>; rel="last"',
      '/a?page=2',
    ],
    ['<https://api.github.com/a?page=1>; rel="prev", </a?page=3>; rel=next', '/a?page=3'],
    ['<https://api.github.com/a?page=1>; rel="first"', null],
    ['<https://api.github.com/a>; title="x, y"; rel="last next"', '/a'],
  ])('of %j is %j', (link, next) => {
    expect(nextPage(link, address)).toBe(next);
  });
});
