import { AdminError } from '../errors.ts';

/** Where a GitHub's REST API is. */
export interface GitHubAddress {
  /** Scheme, host and port of the API. */
  readonly origin: string;
  /** Before every path: empty at github.com, `/api/v3` at GitHub Enterprise Server. */
  readonly prefix: string;
  /** The host that people know it by. */
  readonly host: string;
}

const PUBLIC: GitHubAddress = { origin: 'https://api.github.com', prefix: '', host: 'github.com' };

/**
 * The API of a GitHub by its host (`github.com`, `github.example.com`), or by the address of the API
 * itself as `GITHUB_API_URL` has it.
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
  // GitHub Enterprise Cloud with data residency has its API on a host of its own.
  if (hostname.endsWith('.ghe.com')) {
    const name = hostname.replace(/^api\./, '');
    return { origin: `https://api.${name}`, prefix: '', host: name };
  }
  // `GITHUB_API_URL` names the API itself: with its path, or (a stand-in of github.com's) without.
  const isApi = path !== '' || url.protocol === 'http:';
  return { origin: url.origin, prefix: isApi ? path : '/api/v3', host: url.host };
}

/** Whether it is github.com itself. */
export function isPublicGitHub({ host }: Pick<GitHubAddress, 'host'>): boolean {
  return host === PUBLIC.host;
}
