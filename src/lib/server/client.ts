import { AdminError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/http.ts';

/** The owner of a token according to the server. */
export interface ServerUser {
  readonly login: string;
  readonly name: string | null;
  /** Whether the user is an administrator of the server; null if missing. */
  readonly admin: boolean | null;
}

/** The server's response for its front page. */
export interface FrontPage {
  readonly status: number;
  /** The server's time; null if missing. */
  readonly at: Date | null;
}

/**
 * The basic requests to the CircleCI server: the front page and the owner of the token.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED,
 * SERVER_FORBIDDEN), `service` (UNREACHABLE, TLS_REFUSED, SERVER_ERROR, BAD_ANSWER) or `timeout`
 * (REQUEST_TIMEOUT).
 */
export interface ServerClient {
  /** Scheme, host and port. */
  readonly origin: string;
  /** GET /, without a token. */
  frontPage(signal?: AbortSignal): Promise<FrontPage>;
  /** GET /api/v2/me, as the circleci CLI sends it: checks that the token is accepted. */
  whoami(signal?: AbortSignal): Promise<Pick<ServerUser, 'login' | 'name'>>;
  /** GET /api/v1/me, as the web UI sends it: also tells whether the user is an administrator. */
  administrator(signal?: AbortSignal): Promise<ServerUser>;
  close(): Promise<void>;
}

/**
 * Creates a client of one server. The token is sent only to that host, in the header
 * `Circle-Token`.
 */
export function createServerClient(options: {
  readonly http: HttpClient;
  readonly token: string | null;
}): ServerClient {
  const { http, token } = options;
  const ask = async (path: string, signal?: AbortSignal): Promise<Document> => {
    if (token === null) throw noToken();
    const response = await http.request({
      method: 'GET',
      path,
      headers: { 'circle-token': token, accept: 'application/json' },
      ...(signal ? { signal } : {}),
    });
    if (response.status !== 200) throw await refusal(http.origin, path, response);
    return documentOf(await response.json());
  };
  const user = (document: Document): Pick<ServerUser, 'login' | 'name'> => {
    const { login, name } = document;
    if (typeof login !== 'string') throw badAnswer(http.origin);
    return { login, name: typeof name === 'string' ? name : null };
  };
  return {
    origin: http.origin,
    frontPage: async (signal) => {
      const request = { method: 'GET' as const, path: '/', ...(signal ? { signal } : {}) };
      const response = await http.request(request);
      await response.discard();
      const at = Date.parse(response.headers['date'] ?? '');
      return { status: response.status, at: Number.isNaN(at) ? null : new Date(at) };
    },
    whoami: async (signal) => user(await ask('/api/v2/me', signal)),
    administrator: async (signal) => {
      const document = await ask('/api/v1/me', signal);
      const { admin } = document;
      return { ...user(document), admin: typeof admin === 'boolean' ? admin : null };
    },
    close: () => http.close(),
  };
}

type Document = Readonly<Record<string, unknown>>;

function documentOf(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {};
}

async function refusal(origin: string, path: string, response: HttpResponse): Promise<AdminError> {
  const { status } = response;
  // The body could repeat the token, so only the status is reported.
  await response.discard();
  const { host } = new URL(origin);
  if (status === 401) {
    return new AdminError('unauthorised', `${host} does not accept the API token`, {
      code: 'SERVER_UNAUTHORIZED',
      hint: `Create a personal API token at ${origin}/account/api, save it in a file, and set: circleci-admin config set server.tokenFile PATH`,
    });
  }
  if (status === 403) {
    return new AdminError(
      'unauthorised',
      `${host} does not permit the token's user to read ${path}`,
      {
        code: 'SERVER_FORBIDDEN',
        hint: 'Ask an administrator of the server, or use the token of an administrator.',
      },
    );
  }
  return new AdminError('service', `${host} answered ${path} with ${status}`, {
    code: 'SERVER_ERROR',
    hint: 'Check that this is the host of the CircleCI server: circleci-admin doctor --only server',
  });
}

function badAnswer(origin: string): AdminError {
  return new AdminError('service', `${new URL(origin).host} does not answer as CircleCI does`, {
    code: 'BAD_ANSWER',
    hint: 'Check that this is the host of the CircleCI server: circleci-admin config show',
  });
}

function noToken(): AdminError {
  return new AdminError('unauthorised', 'No API token for the server is configured', {
    code: 'NO_SERVER_TOKEN',
    hint: 'Set one: circleci-admin config set server.tokenFile PATH (or server.tokenCommand)',
  });
}
