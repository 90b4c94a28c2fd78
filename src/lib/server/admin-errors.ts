import { AdminError } from '../errors.ts';
import { excerpt } from '../http/response.ts';
import { Masker } from '../masking.ts';
import type { AdminPaths } from './admin-paths.ts';
import type { HttpAnswer } from './retry.ts';

/** The details of an admin API call that appear in error messages. */
export interface AdminCall {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** The path as sent. */
  readonly path: string;
  /** The key of the path in {@link AdminPaths}. */
  readonly key: keyof AdminPaths;
  /** Masked if a response repeats it. */
  readonly token: string;
}

/** There is no token to send: `unauthorised` NO_SERVER_TOKEN. */
export function noToken(origin: string): AdminError {
  return new AdminError('unauthorised', `No API token for ${new URL(origin).host} is configured`, {
    code: 'NO_SERVER_TOKEN',
    hint: tokenHint(origin),
  });
}

/** Converts an unsuccessful response to an error. */
export function refusal(call: AdminCall, answer: HttpAnswer): AdminError {
  const { status } = answer;
  const { host } = new URL(call.origin);
  if (status === 401) {
    return new AdminError('unauthorised', `${host} does not accept the API token`, {
      code: 'SERVER_UNAUTHORIZED',
      hint: tokenHint(call.origin),
    });
  }
  if (status === 403) return forbidden(call);
  if (status === 404) return noSuchCall(call);
  if (status >= 300 && status < 400) {
    const to = answer.headers['location'] ?? 'another page';
    return unexpectedResponse(call, answer, `redirects to ${mask(call, to)}`);
  }
  return new AdminError(
    'service',
    `${host} answered ${callText(call)} with ${status}${responseText(call, answer)}`,
    {
      code: 'SERVER_ERROR',
      hint:
        status === 429
          ? 'Other requests of this user have reached the rate limit of the server; wait a minute and run the command again.'
          : 'Check the log of the frontend: kubectl logs -l app=frontend; then run the command again.',
    },
  );
}

/**
 * A response of an unexpected shape: `service` SERVER_SURPRISE with the request and the response.
 */
export function unexpectedResponse(
  call: AdminCall,
  answer: HttpAnswer,
  problem: string,
): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError(
    'service',
    `${host} answered ${callText(call)} with ${answer.status} and ${problem}${responseText(call, answer)}`,
    {
      code: 'SERVER_SURPRISE',
      hint: `This API is not stable between versions. Check the host (HOST, not app.HOST), or set the path in this version: circleci-admin config set server.paths.${call.key} PATH`,
    },
  );
}

/** The path does not exist: `service` SERVER_NO_SUCH_CALL. */
export function noSuchCall(call: AdminCall): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError('service', `${host} answered ${callText(call)} with 404`, {
    code: 'SERVER_NO_SUCH_CALL',
    hint: `This version may have another path: circleci-admin config set server.paths.${call.key} PATH`,
  });
}

/** There is no account with this login: `notFound` USER_NOT_FOUND. */
export function userNotFound(login: string): AdminError {
  return new AdminError('notFound', `The server has no account "${login}"`, {
    code: 'USER_NOT_FOUND',
    hint: 'List the accounts: circleci-admin users list',
  });
}

/** There is no setting with this name: `notFound` SETTING_NOT_FOUND. */
export function settingNotFound(name: string): AdminError {
  return new AdminError('notFound', `The server has no setting "${name}"`, {
    code: 'SETTING_NOT_FOUND',
    hint: 'List the settings: circleci-admin settings list',
  });
}

/** The server rejected the value: `validation` SETTING_REFUSED, with the server's own message. */
export function settingRefused(call: AdminCall, name: string, why: string): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError(
    'validation',
    `${host} does not accept this value for ${name}: ${mask(call, why)}`,
    {
      code: 'SETTING_REFUSED',
      hint: `To see its current value: circleci-admin settings get ${name}`,
    },
  );
}

function forbidden(call: AdminCall): AdminError {
  const { host } = new URL(call.origin);
  const scope =
    call.method === 'POST'
      ? 'write-settings'
      : 'read-settings (or write-settings, which covers it)';
  return new AdminError(
    'unauthorised',
    `${host} does not permit the token's user to ${callText(call)}: the admin scope ${scope} is required`,
    {
      code: 'SERVER_FORBIDDEN',
      hint: `Ask an administrator to grant it (circleci-admin users admin grant LOGIN), then create a new token: older tokens do not have the scope. ${tokenHint(call.origin)}`,
    },
  );
}

function tokenHint(origin: string): string {
  return `Sign in to ${origin} as an administrator, create a token at User Settings > Personal API Tokens, and set CIRCLE_TOKEN to it (CIRCLECI_ADMIN_SERVER_TOKEN if a profile is in use), or save it in a file: circleci-admin config set server.tokenFile PATH`;
}

function callText({ method, path }: AdminCall): string {
  return `${method} ${path}`;
}

function responseText(call: AdminCall, { text }: HttpAnswer): string {
  return `: ${mask(call, excerpt(mask(call, text)))}`;
}

function mask({ token }: AdminCall, text: string): string {
  const masker = new Masker();
  masker.add(token);
  return masker.mask(text);
}
