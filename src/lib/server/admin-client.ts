import type { Clock } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import type { HttpClient } from '../http/http.ts';
import type { Account, AdminApi, AdminRole, RecentBuild, SystemSetting } from './admin-api.ts';
import {
  type AdminCall,
  noSuchCall,
  noToken,
  refusal,
  settingNotFound,
  settingRefused,
  unexpectedResponse,
  userNotFound,
} from './admin-errors.ts';
import { ADMIN_PATHS, type AdminPaths } from './admin-paths.ts';
import { type DecodedAccount, decodeAccount, decodeAccounts, decodeMe } from './decode-account.ts';
import { decodeBuildSystem, decodeBuilds, decodeLicensing } from './decode-builds.ts';
import { decodeRefusedSetting, decodeSetting, decodeSettings } from './decode-setting.ts';
import { isGitHubLogin } from './github-login.ts';
import { jsonOrUndefined } from './json-or-undefined.ts';
import { type RateLimit, rateLimited } from './rate-limit.ts';
import { type HttpAnswer, type RetryPolicy, sendWithRetry } from './retry.ts';
import { roleOf } from './role.ts';
import { sharedRead } from './shared-read.ts';

/** The options of {@link createAdminApi}. */
export interface AdminApiOptions {
  /** Should not retry by itself: this client does the retries. */
  readonly http: HttpClient;
  /** Sent only to that host, in the header `Circle-Token`. */
  readonly token: string | null;
  readonly clock: Clock;
  /** Returns a number from 0 to 1, for the jitter of the pauses between tries. */
  readonly random: () => number;
  /** The paths that differ from {@link ADMIN_PATHS}. */
  readonly paths?: Partial<AdminPaths>;
  /**
   * The server's rate limit per user; CircleCI's documented limit if omitted. Null if `http`
   * already enforces it.
   */
  readonly limit?: RateLimit | null;
  readonly retry?: RetryPolicy;
}

/**
 * Creates a client of a server's admin API that respects the rate limit and retries transient
 * errors.
 */
export function createAdminApi(options: AdminApiOptions): AdminApi {
  return new AdminClient(options);
}

/**
 * The documented path for the current user. It does not say whether the user is an administrator.
 */
const PUBLISHED_ME = '/api/v2/me';

/**
 * A request and its response; `value` is the decoded JSON, or undefined if the body is not JSON.
 */
interface AdminResponse {
  readonly call: AdminCall;
  readonly answer: HttpAnswer;
  readonly value: unknown;
}

interface AdminRequest {
  readonly key: keyof AdminPaths;
  /** If omitted, the path for the key. */
  readonly path?: string;
  /** Appended to the path. */
  readonly rest?: string;
  readonly body?: unknown;
  readonly signal: AbortSignal | undefined;
}

class AdminClient implements AdminApi {
  readonly #options: AdminApiOptions;
  readonly #http: HttpClient;
  readonly #paths: AdminPaths;
  readonly #readBack: () => Promise<readonly Account[]>;

  constructor(options: AdminApiOptions) {
    this.#options = options;
    const { http, clock, limit } = options;
    this.#http = limit === null ? http : rateLimited(http, clock, limit);
    this.#paths = { ...ADMIN_PATHS, ...options.paths };
    // Without a signal: several callers share this read, and one of them must not abort it.
    this.#readBack = sharedRead(() => this.accounts());
  }

  accounts(signal?: AbortSignal): Promise<readonly Account[]> {
    return this.#read({ key: 'users', signal }, decodeAccounts, 'no list of users');
  }

  setSuspended(login: string, suspended: boolean, signal?: AbortSignal): Promise<Account> {
    return this.#change(login, { suspended }, signal, (decoded) =>
      decoded.hasSuspended ? decoded.account.suspended === suspended : false,
    );
  }

  setAdminRole(login: string, role: AdminRole, signal?: AbortSignal): Promise<Account> {
    return this.#change(login, { admin: role }, signal, ({ account }) => roleOf(account) === role);
  }

  licensing(signal?: AbortSignal): ReturnType<AdminApi['licensing']> {
    return this.#read({ key: 'licensing', signal }, decodeLicensing, 'no seats of a licence');
  }

  settings(signal?: AbortSignal): Promise<readonly SystemSetting[]> {
    return this.#read({ key: 'settings', signal }, decodeSettings, 'no list of settings');
  }

  async setSetting(
    name: string,
    value: boolean | number | string,
    signal?: AbortSignal,
  ): Promise<SystemSetting> {
    const rest = `/${encodeURIComponent(name)}`;
    const response = await this.#ask({ key: 'setting', rest, body: value, signal });
    const { call, answer } = response;
    if (answer.status === 404) {
      const known = (await this.settings(signal)).some((setting) => setting.name === name);
      throw known ? noSuchCall(call) : settingNotFound(name);
    }
    if (answer.status >= 400 && ![401, 403, 429].includes(answer.status) && answer.status < 500) {
      const why = decodeRefusedSetting(response.value);
      if (why !== null) throw settingRefused(call, name, why);
    }
    if (!succeeded(answer)) throw refusal(call, answer);
    const decoded = decodeSetting(response.value);
    if (decoded?.name === name && decoded.value === value) return decoded;
    const now = (await this.settings(signal)).find((setting) => setting.name === name);
    if (now?.value === value) return now;
    throw unexpectedResponse(call, answer, `has not set ${name}`);
  }

  recentBuilds(
    query: Parameters<AdminApi['recentBuilds']>[0],
    signal?: AbortSignal,
  ): Promise<readonly RecentBuild[]> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.set(name, String(value));
    }
    const rest = parameters.size === 0 ? '' : `?${parameters}`;
    return this.#read({ key: 'recentBuilds', rest, signal }, decodeBuilds, 'no list of builds');
  }

  buildSystemSummary(signal?: AbortSignal): ReturnType<AdminApi['buildSystemSummary']> {
    const request = { key: 'buildSystemSummary', signal } as const;
    return this.#read(request, decodeBuildSystem, 'no queues of builds');
  }

  async me(signal?: AbortSignal): ReturnType<AdminApi['me']> {
    const request = { key: 'me', signal } as const;
    const read = (path: string): ReturnType<AdminApi['me']> =>
      this.#read({ ...request, path }, decodeMe, 'no login');
    try {
      return await read(this.#paths.me);
    } catch (error) {
      if (!isAdminError(error) || error.code !== 'SERVER_NO_SUCH_CALL') throw error;
      return read(PUBLISHED_ME);
    }
  }

  /**
   * Changes an account and verifies the change in the response or, failing that, in the list of
   * users.
   */
  async #change(
    login: string,
    body: unknown,
    signal: AbortSignal | undefined,
    done: (decoded: DecodedAccount) => boolean,
  ): Promise<Account> {
    if (!isGitHubLogin(login)) throw badLogin(login);
    const rest = `/${encodeURIComponent(login)}`;
    const { call, answer, value } = await this.#ask({ key: 'user', rest, body, signal });
    if (answer.status === 404) {
      const known = (await this.#readBack()).some((account) => sameLogin(account, login));
      throw known ? noSuchCall(call) : userNotFound(login);
    }
    if (!succeeded(answer)) throw refusal(call, answer);
    const decoded = decodeAccount(value);
    if (decoded !== null && sameLogin(decoded.account, login) && done(decoded))
      return decoded.account;
    signal?.throwIfAborted();
    const now = (await this.#readBack()).find((account) => sameLogin(account, login));
    if (now && done({ account: now, hasSuspended: true })) return now;
    throw unexpectedResponse(call, answer, 'has not changed the account');
  }

  async #read<T>(
    request: AdminRequest,
    decode: (value: unknown) => T | null,
    otherwise: string,
  ): Promise<T> {
    const { call, answer, value } = await this.#ask(request);
    if (!succeeded(answer)) throw refusal(call, answer);
    const decoded = decode(value);
    if (decoded === null) throw unexpectedResponse(call, answer, otherwise);
    return decoded;
  }

  async #ask({
    key,
    path = this.#paths[key],
    rest = '',
    body,
    signal,
  }: AdminRequest): Promise<AdminResponse> {
    const { token, clock, random, retry } = this.#options;
    const { origin } = this.#http;
    if (token === null) throw noToken(origin);
    const method = body === undefined ? 'GET' : 'POST';
    const call: AdminCall = { origin, method, path: `${path}${rest}`, key, token };
    const request = {
      method,
      path: call.path,
      headers: {
        'circle-token': token,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    } as const;
    const answer = await sendWithRetry(this.#http, request, {
      clock,
      random,
      ...(retry ? { policy: retry } : {}),
    });
    return { call, answer, value: jsonOrUndefined(answer.text) };
  }
}

function succeeded({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function sameLogin(account: Pick<Account, 'login'>, login: string): boolean {
  return account.login.toLowerCase() === login.toLowerCase();
}

function badLogin(login: string): AdminError {
  const shown = login.length > 60 ? `${login.slice(0, 60)}...` : login;
  return new AdminError('usage', `${JSON.stringify(shown)} is not a valid GitHub login`, {
    code: 'BAD_LOGIN',
    hint: 'A login has at most 39 letters, digits and hyphens. List the accounts: circleci-admin users list',
  });
}
