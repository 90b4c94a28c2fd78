import type { HttpClient } from '../http/http.ts';
import { noToken } from './admin-errors.ts';

/** The server that is asked, and the API token of the user who asks. */
export interface TokenHolder {
  readonly http: Pick<HttpClient, 'origin'>;
  readonly token: string | null;
}

/**
 * The headers of a request with the token in it, which goes to that server alone.
 *
 * @throws AdminError of kind `unauthorised`, code NO_SERVER_TOKEN
 */
export function tokenHeaders({ http, token }: TokenHolder): Readonly<Record<string, string>> {
  if (token === null) throw noToken(http.origin);
  return { 'circle-token': token, accept: 'application/json' };
}
