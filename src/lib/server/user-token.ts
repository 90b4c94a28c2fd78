import { AdminError } from '../errors.ts';
import type { HttpClient } from '../http/http.ts';
import { noToken } from './admin-errors.ts';

/** A server and the API token of the user. */
export interface TokenHolder {
  readonly http: Pick<HttpClient, 'origin'>;
  readonly token: string | null;
}

/**
 * Returns the headers of a request with the token, which must be sent only to that server.
 *
 * @throws AdminError of kind `unauthorised`, code NO_SERVER_TOKEN
 */
export function tokenHeaders({ http, token }: TokenHolder): Readonly<Record<string, string>> {
  if (token === null) throw noToken(http.origin);
  return { 'circle-token': token, accept: 'application/json' };
}

/** The server rejected the token: `unauthorised` SERVER_UNAUTHORIZED. */
export function tokenRefused(origin: string): AdminError {
  const { host } = new URL(origin);
  return new AdminError('unauthorised', `${host} does not accept the API token`, {
    code: 'SERVER_UNAUTHORIZED',
    hint: 'Create a personal API token on the server, save it in a file, and set: circleci-admin config set server.tokenFile PATH',
  });
}
