import { type GitHubAddress, githubAddress } from '../github/address.ts';
import { createGitHubClient, type GitHubClient } from '../github/client.ts';
import { connectHttp } from './connect-http.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';
import type { Token } from './tokens.ts';

/**
 * Creates the client of the configured GitHub, or of the one at `host`. Reads files and secrets but
 * sends no request.
 *
 * @throws AdminError of kind `usage` (BAD_GITHUB_HOST), `validation` (SECRET_FILE) or
 *   `unauthorised` (SECRET_COMMAND)
 */
export async function connectGitHub(
  settings: Pick<Settings, 'github' | 'requestTimeout'>,
  options: InstallationOptions,
  host?: string,
): Promise<GitHubClient> {
  const address = githubAddress(host ?? settings.github.host);
  const source = tokenFor(address, settings, options.env);
  const access = await connectHttp({ origin: address.origin }, source, settings, options);
  return createGitHubClient({ ...access, address, clock: options.clock });
}

/** Returns the token for a GitHub. A token is used only for the host that it was issued for. */
function tokenFor(
  address: GitHubAddress,
  { github }: Pick<Settings, 'github'>,
  env: InstallationOptions['env'],
): Token | null {
  const { given, profile } = github.tokens;
  if (given !== null) return given;
  const isAt = (host: string | null): boolean => githubAddress(host).origin === address.origin;
  if (profile !== null && isAt(github.host)) return profile;
  const { GITHUB_TOKEN: token, GITHUB_API_URL: url } = env;
  return token && isAt(url || null) ? { value: token } : null;
}
