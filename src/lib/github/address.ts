import { AdminError } from '../errors.ts';

/** The address of a GitHub REST API. */
export interface GitHubAddress {
  /** Scheme, host and port of the API. */
  readonly origin: string;
  /** Prefix of all paths: empty for github.com, `/api/v3` for GitHub Enterprise Server. */
  readonly prefix: string;
  /** The host of the web site. */
  readonly host: string;
}

const PUBLIC: GitHubAddress = { origin: 'https://api.github.com', prefix: '', host: 'github.com' };

/**
 * Returns the address of the API for a GitHub host (`github.com`, `github.example.com`) or for a
 * URL of the API itself, as in `GITHUB_API_URL`.
 *
 * @throws AdminError of kind `usage`, code BAD_GITHUB_HOST
 */
export function githubAddress(host: string | null): GitHubAddress {
  if (host === null) return PUBLIC;
  const url = URL.parse(/^https?:\/\//i.test(host) ? host : `https://${host}`);
  const fine = url && url.hostname !== '' && url.username === '' && url.password === '';
  if (!url || !fine) {
    throw new AdminError('usage', `"${host}" is not the host of a GitHub`, {
      code: 'BAD_GITHUB_HOST',
      hint: 'Write it like github.example.com, or remove it to use github.com.',
    });
  }
  const { hostname } = url;
  if (hostname === 'github.com' || hostname === 'api.github.com') return PUBLIC;
  const path = url.pathname.replace(/\/+$/, '');
  // GitHub Enterprise Cloud with data residency has its API on a separate host.
  if (hostname.endsWith('.ghe.com')) {
    const name = hostname.replace(/^api\./, '');
    return { origin: `https://api.${name}`, prefix: '', host: name };
  }
  // `GITHUB_API_URL` is the URL of the API itself: with a path, or without one for a test double of
  // github.com.
  const isApi = path !== '' || url.protocol === 'http:';
  return { origin: url.origin, prefix: isApi ? path : '/api/v3', host: url.host };
}

/** Returns whether the host is github.com. */
export function isPublicGitHub({ host }: Pick<GitHubAddress, 'host'>): boolean {
  return host === PUBLIC.host;
}
