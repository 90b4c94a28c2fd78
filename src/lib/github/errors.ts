import { AdminError } from '../errors.ts';
import type { HttpResponse } from '../http/http.ts';
import type { GitHubAddress } from './address.ts';

/**
 * Converts an unsuccessful response to an error. The body is omitted because it may repeat the
 * token.
 */
export async function refusal(
  response: HttpResponse,
  path: string,
  { host }: GitHubAddress,
): Promise<AdminError> {
  const { status, headers } = response;
  await response.discard();
  if (status === 401) {
    return new AdminError('unauthorised', `${host} does not accept the token`, {
      code: 'GITHUB_UNAUTHORIZED',
      hint: `Create one at https://${host}/settings/tokens, with the scope read:org.`,
    });
  }
  if (status === 403 && headers['x-github-sso'] !== undefined) {
    return forbidden(`${host} requires the token to be authorised for single sign-on`, host);
  }
  if (status === 403) return forbidden(`${host} does not allow the token ${path}`, host);
  // GitHub redirects users who are not members to the public members, an incomplete list.
  if (status >= 300 && status < 400) {
    return forbidden(`${host} shows only public members to the token's owner`, host);
  }
  if (status === 404) {
    return new AdminError(
      'notFound',
      `${host} has no ${path.replace(/\?.*$/, '')}, or the token cannot see it`,
      {
        code: 'GITHUB_NOT_FOUND',
        hint: "Check the name of the organisation, and that the token's owner is a member.",
      },
    );
  }
  return new AdminError('service', `${host} answered ${path} with ${status}`, {
    code: 'GITHUB_ERROR',
    hint: 'Try again; see https://www.githubstatus.com. Nothing was changed.',
  });
}

/** The token does not give access to the complete list: `unauthorised` GITHUB_FORBIDDEN. */
export function forbidden(message: string, host: string): AdminError {
  return new AdminError('unauthorised', message, {
    code: 'GITHUB_FORBIDDEN',
    hint: `Use a token of a member of the organisation with the scope read:org: https://${host}/settings/tokens`,
  });
}
