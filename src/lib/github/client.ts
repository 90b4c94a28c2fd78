import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/http.ts';
import { formatDuration } from '../units.ts';
import type { GitHubAddress } from './address.ts';
import { refusal } from './errors.ts';

/** A page of a list. */
export interface GitHubPage {
  /** Undefined if the page is unchanged (304). */
  readonly value: unknown;
  readonly etag: string | null;
  /** Path and query of the next page; null for the last page. */
  readonly next: string | null;
  /** Scopes of a classic token; null for other kinds of tokens. */
  readonly scopes: readonly string[] | null;
}

/** The requests to GitHub's REST API. */
export interface GitHubClient {
  readonly address: GitHubAddress;
  /**
   * Requests a page. Waits if the rate limit is reached.
   *
   * @param path path below the API's prefix, or the `next` of another page
   * @throws AdminError of kind `unauthorised` (NO_GITHUB_TOKEN, GITHUB_UNAUTHORIZED,
   *   GITHUB_FORBIDDEN), `notFound` (GITHUB_NOT_FOUND), `service` (GITHUB_ERROR,
   *   GITHUB_RATE_LIMITED, UNREACHABLE, TLS_REFUSED) or `timeout` (REQUEST_TIMEOUT)
   */
  page(path: string, options?: PageOptions): Promise<GitHubPage>;
  close(): Promise<void>;
}

/** The options of a page request. */
export interface PageOptions {
  /**
   * The ETag of the known version of the page: an unchanged page does not count for the rate limit.
   */
  readonly etag?: string | null;
  readonly signal?: AbortSignal | undefined;
  /** Called with a message before each wait for the rate limit. */
  readonly onWait?: ((text: string) => void) | undefined;
}

/** The longest wait for the rate limit; beyond it the command fails instead. */
const MAX_WAIT: Milliseconds = 5 * 60_000;
const MAX_WAITS = 5;

/** Creates a client of one GitHub. The token is sent only to the host of its API. */
export function createGitHubClient(options: {
  readonly http: HttpClient;
  readonly address: GitHubAddress;
  readonly token: string | null;
  readonly clock: Clock;
}): GitHubClient {
  const { http, address, token, clock } = options;
  return {
    address,
    page: async (path, { etag = null, signal, onWait } = {}) => {
      if (token === null) throw noToken(address);
      const full = path.startsWith(`${address.prefix}/`) ? path : `${address.prefix}${path}`;
      for (let waits = 0; ; waits += 1) {
        const response = await http.request({
          method: 'GET',
          path: full,
          headers: {
            accept: 'application/vnd.github+json',
            authorization: `Bearer ${token}`,
            ...(etag === null ? {} : { 'if-none-match': etag }),
          },
          ...(signal ? { signal } : {}),
        });
        const wait = rateLimitWait(response, clock);
        if (wait === null) return readPage(response, full, address);
        await response.discard();
        if (wait > MAX_WAIT || waits >= MAX_WAITS) throw rateLimited(address, wait);
        onWait?.(`${address.host}: rate limit reached, waiting ${formatDuration(wait)}`);
        await clock.sleep(wait, signal);
      }
    },
    close: () => http.close(),
  };
}

async function readPage(
  response: HttpResponse,
  path: string,
  address: GitHubAddress,
): Promise<GitHubPage> {
  const { status, headers } = response;
  if (status !== 200 && status !== 304) throw await refusal(response, path, address);
  const value = status === 200 ? await response.json() : undefined;
  if (status === 304) await response.discard();
  return {
    value,
    etag: headers['etag'] ?? null,
    next: nextPage(headers['link'], address),
    scopes: headers['x-oauth-scopes']?.split(/,\s*/).filter(Boolean) ?? null,
  };
}

/**
 * Returns path and query of `rel="next"` in a Link header (RFC 8288); null if there is none.
 *
 * @throws AdminError of kind `service`, code GITHUB_ERROR, if it is on another host
 */
export function nextPage(link: string | undefined, address: GitHubAddress): string | null {
  for (const [, target = '', parameters = ''] of (link ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (!/;\s*rel="?(?:[^";]*\s)?next(?:\s[^";]*)?"?\s*(?:[;,]|$)/i.test(parameters)) continue;
    const url = URL.parse(target, address.origin);
    if (url?.origin === address.origin) return `${url.pathname}${url.search}`;
    throw new AdminError('service', `${address.host} redirects the next page to another host`, {
      code: 'GITHUB_ERROR',
      hint: 'The token is not sent to other hosts. Check --github-host.',
    });
  }
  return null;
}

/** Returns how long the response asks to wait; null if the rate limit is not reached. */
function rateLimitWait({ status, headers }: HttpResponse, clock: Clock): Milliseconds | null {
  if (status !== 403 && status !== 429) return null;
  const after = headers['retry-after'];
  if (after !== undefined && /^\d+$/.test(after)) return Number(after) * 1_000;
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1_000;
    // Adds a second, because clocks differ.
    return Number.isFinite(reset) ? Math.max(0, reset - clock.now().getTime()) + 1_000 : 60_000;
  }
  // GitHub's recommendation for secondary rate limits without a given time.
  return status === 429 ? 60_000 : null;
}

function rateLimited({ host }: GitHubAddress, wait: Milliseconds): AdminError {
  return new AdminError('service', `The rate limit of ${host} is exceeded`, {
    code: 'GITHUB_RATE_LIMITED',
    hint: `Run it again in ${formatDuration(wait)}. Nothing was changed.`,
  });
}

function noToken({ host }: GitHubAddress): AdminError {
  return new AdminError('unauthorised', `No token for ${host} is configured`, {
    code: 'NO_GITHUB_TOKEN',
    hint:
      host === 'github.com'
        ? 'Set GITHUB_TOKEN, or a token file: circleci-admin config set github.tokenFile PATH'
        : 'Set one: circleci-admin config set github.tokenFile PATH (or set CIRCLECI_ADMIN_GITHUB_TOKEN)',
  });
}
