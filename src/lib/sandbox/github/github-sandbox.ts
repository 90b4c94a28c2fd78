import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SandboxHttpServer } from '../http-server.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import { HourlyLimit, type HourlyUse } from './hourly-limit.ts';
import { pageOf } from './page.ts';
import {
  GITHUB_MEMBER_TOKEN,
  GITHUB_OUTSIDER_TOKEN,
  GITHUB_SCOPELESS_TOKEN,
  type GitHubScenario,
} from './scenario.ts';

/** The caller of a request. */
interface ApiCaller {
  /** Null without a token. */
  readonly login: string | null;
  readonly perHour: number;
  readonly isMember: boolean;
  /** The token's scopes, which GitHub returns in a header. */
  readonly scopes: string;
}

/** The holder of each token. */
const HOLDERS: Readonly<Record<string, Omit<ApiCaller, 'perHour'>>> = {
  [GITHUB_MEMBER_TOKEN]: { login: 'octo-member', isMember: true, scopes: 'read:org, repo' },
  [GITHUB_SCOPELESS_TOKEN]: { login: 'octo-scopeless', isMember: true, scopes: 'repo' },
  [GITHUB_OUTSIDER_TOKEN]: { login: 'octo-outsider', isMember: false, scopes: 'read:org' },
};

interface Answer {
  readonly status: number;
  readonly document: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const DEFAULT_PER_HOUR = 5_000;
const PER_HOUR_WITHOUT_TOKEN = 60;
const ORG_ID = 6_012;
/** One in this many members has a public membership. */
const PUBLIC_OF = 4;

/** A simulated GitHub: the members of one organisation in pages, with rate limits and ETags. */
export class GitHubSandbox implements SandboxService {
  readonly name = 'github';
  readonly #scenario: GitHubScenario;
  readonly #org: string;
  readonly #limit: HourlyLimit;
  readonly #server: SandboxHttpServer;
  #members: readonly string[];

  /** @param members the members of the organisation, unless the scenario names them */
  constructor(
    context: SandboxContext,
    scenario: GitHubScenario = {},
    members: readonly string[] = [],
  ) {
    this.#scenario = scenario;
    this.#org = scenario.org ?? 'acme';
    this.#members = scenario.members ?? members;
    this.#limit = new HourlyLimit(context.clock);
    this.#server = new SandboxHttpServer({
      name: this.name,
      context,
      handlers: { request: (request, response) => this.#handle(request, response) },
    });
  }

  /** The loopback port; 0 before {@link start}. */
  get port(): number {
    return this.#server.port;
  }

  /** The base URL of the API, with `/api/v3` for GitHub Enterprise Server. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#prefix}`;
  }

  /** The logins of the organisation's members. */
  get members(): readonly string[] {
    return this.#members;
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  environment(): Readonly<Record<string, string>> {
    return { GITHUB_API_URL: this.url, GITHUB_TOKEN: GITHUB_MEMBER_TOKEN };
  }

  /** Adds a member to the organisation. */
  addMember(login: string): void {
    if (!this.#isMember(login)) this.#members = [...this.#members, login];
  }

  /** Removes a member from the organisation; returns whether it was one. */
  removeMember(login: string): boolean {
    const before = this.#members.length;
    this.#members = this.#members.filter((one) => !sameName(one, login));
    return this.#members.length < before;
  }

  get #prefix(): string {
    return this.#scenario.enterprise ? '/api/v3' : '';
  }

  #isMember(login: string): boolean {
    return this.#members.some((one) => sameName(one, login));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { status, document, headers } = this.#reply(request);
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
    response.end(status === 304 ? undefined : JSON.stringify(document));
  }

  #reply(request: IncomingMessage): Answer {
    if (!request.headers['user-agent']) {
      return refused(403, 'Request forbidden by administrative rules.');
    }
    const asking = this.#asking(request);
    if (!asking) return refused(401, 'Bad credentials');
    const url = new URL(request.url ?? '/', 'http://github');
    const user = asking.login ?? 'nobody';
    const path = this.#pathOf(url);
    if (path === '/rate_limit') {
      const core = this.#limit.use(user, asking.perHour);
      return { status: 200, document: { resources: { core }, rate: core } };
    }
    const { allowed, ...use } = this.#limit.take(user, asking.perHour);
    if (!allowed) {
      const answer = refused(403, `API rate limit exceeded for ${user}.`);
      return { ...answer, headers: limitHeaders(use) };
    }
    const answer = path === null ? refused(404, 'Not Found') : this.#answer(path, url, asking);
    const headers = { ETag: etagOf(answer), 'X-OAuth-Scopes': asking.scopes, ...answer.headers };
    const unchanged = answer.status === 200 && request.headers['if-none-match'] === headers.ETag;
    const left = unchanged ? this.#limit.refund(user, use.limit) : use;
    return {
      status: unchanged ? 304 : answer.status,
      document: answer.document,
      headers: { ...headers, ...limitHeaders(left) },
    };
  }

  /** Returns the path below the API's base path; null if it is not below it. */
  #pathOf({ pathname }: URL): string | null {
    const prefix = this.#prefix;
    return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : null;
  }

  #answer(path: string, { searchParams: query }: URL, asking: ApiCaller): Answer {
    if (path === '/user' && asking.login !== null) {
      return { status: 200, document: personDocument(asking.login) };
    }
    const org = { login: this.#org, id: ORG_ID };
    const [, membership] = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(path) ?? [];
    if (membership !== undefined && sameName(membership, this.#org) && asking.isMember) {
      const document = { state: 'active', role: 'member', organization: org };
      return { status: 200, document };
    }
    if (path === '/user') return refused(401, 'Requires authentication');
    const found = /^\/(?:orgs\/([^/]+)|organizations\/6012)(\/members)?$/.exec(path);
    const [, name = this.#org, rest = ''] = found ?? [];
    if (!found || !sameName(name, this.#org)) return refused(404, 'Not Found');
    if (rest === '') return { status: 200, document: { ...org, type: 'Organization' } };
    const seen = this.#members.filter((_, at) => seesAll(asking) || at % PUBLIC_OF === 0);
    const { items, link } = pageOf(seen, query, `${this.url}/organizations/${ORG_ID}/members`);
    return {
      status: 200,
      document: items.map(personDocument),
      ...(link === undefined ? {} : { headers: { Link: link } }),
    };
  }

  /** Returns the caller; undefined for an unknown token. */
  #asking({ headers }: IncomingMessage): ApiCaller | undefined {
    const { authorization } = headers;
    const perHour = this.#scenario.perHour ?? DEFAULT_PER_HOUR;
    if (authorization === undefined) {
      const limit = Math.min(perHour, PER_HOUR_WITHOUT_TOKEN);
      return { login: null, perHour: limit, isMember: false, scopes: '' };
    }
    const token = /^(?:bearer|token) +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const holder = Object.hasOwn(HOLDERS, token) ? HOLDERS[token] : undefined;
    return holder && { ...holder, perHour };
  }
}

/** Returns whether the caller may see concealed members: only members with the scope `read:org`. */
function seesAll({ isMember, scopes }: ApiCaller): boolean {
  return isMember && scopes.includes('read:org');
}

/** One in this many people with an account has left the organisation. */
const LEFT_OF = 12;
const NEWCOMERS = ['octo-newcomer-1', 'octo-newcomer-2', 'octo-newcomer-3'];

/** Returns the members of an organisation: most people with an account, and a few without. */
export function organisationOf(logins: readonly string[]): readonly string[] {
  return [...logins.filter((_, at) => at % LEFT_OF !== LEFT_OF - 1), ...NEWCOMERS];
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function refused(status: number, message: string): Answer {
  return { status, document: { message, documentation_url: 'https://docs.github.com/rest' } };
}

function personDocument(login: string): unknown {
  const id = Number.parseInt(createHash('sha256').update(login).digest('hex').slice(0, 7), 16);
  return { login, id, type: 'User', site_admin: false };
}

function etagOf({ document }: Answer): string {
  const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return `W/"${hash}"`;
}

function limitHeaders({ limit, remaining, reset, used }: HourlyUse): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(reset),
    'X-RateLimit-Used': String(used),
    'X-RateLimit-Resource': 'core',
  };
}
