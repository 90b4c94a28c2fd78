import { AdminError } from '../errors.ts';
import { excerpt } from '../http/response.ts';
import { Masker } from '../masking.ts';
import type { AdminPaths } from './admin-paths.ts';
import type { ReadAnswer } from './retry.ts';

/** A call of the admin API, as far as messages tell of it. */
export interface AdminCall {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** As it was sent. */
  readonly path: string;
  /** Which of the paths it is. */
  readonly key: keyof AdminPaths;
  /** What is masked where an answer repeats it. */
  readonly token: string;
}

/** There is no token to send: `unauthorised` NO_SERVER_TOKEN. */
export function noToken(origin: string): AdminError {
  return new AdminError('unauthorised', `there is no API token for ${new URL(origin).host}`, {
    code: 'NO_SERVER_TOKEN',
    hint: howToMakeOne(origin),
  });
}

/** An answer that is no success, as an error to act on. */
export function refusal(call: AdminCall, answer: ReadAnswer): AdminError {
  const { status } = answer;
  const { host } = new URL(call.origin);
  if (status === 401) {
    return new AdminError('unauthorised', `${host} does not accept the API token`, {
      code: 'SERVER_UNAUTHORIZED',
      hint: howToMakeOne(call.origin),
    });
  }
  if (status === 403) return forbidden(call);
  if (status === 404) return noSuchCall(call);
  if (status >= 300 && status < 400) {
    const to = answer.headers['location'] ?? 'another page';
    return surprise(call, answer, `sends us on to ${mask(call, to)}`);
  }
  return new AdminError(
    'service',
    `${host} answered ${asked(call)} with ${status}${said(call, answer)}`,
    {
      code: 'SERVER_ERROR',
      hint:
        status === 429
          ? 'Somebody else uses up what the server allows this user; wait a minute and run the command again.'
          : 'Look at the frontend: kubectl logs -l app=frontend; then run the command again.',
    },
  );
}

/** An answer of another shape: `service` SERVER_SURPRISE with what was asked and answered. */
export function surprise(call: AdminCall, answer: ReadAnswer, how: string): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError(
    'service',
    `${host} answered ${asked(call)} with ${answer.status} and ${how}${said(call, answer)}`,
    {
      code: 'SERVER_SURPRISE',
      hint: `CircleCI promises little of this API. Check the host (HOST, not app.HOST), and where this version has it: circleci-admin config set server.paths.${call.key} PATH`,
    },
  );
}

/** The path is not there at all: `service` SERVER_NO_SUCH_CALL. */
export function noSuchCall(call: AdminCall): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError('service', `${host} has no ${asked(call)}: it answered 404`, {
    code: 'SERVER_NO_SUCH_CALL',
    hint: `Another version may have it elsewhere: circleci-admin config set server.paths.${call.key} PATH`,
  });
}

/** `notFound` USER_NOT_FOUND. */
export function userNotFound(login: string): AdminError {
  return new AdminError('notFound', `there is no account "${login}" on the server`, {
    code: 'USER_NOT_FOUND',
    hint: 'List the accounts: circleci-admin users list',
  });
}

/** `notFound` SETTING_NOT_FOUND. */
export function settingNotFound(name: string): AdminError {
  return new AdminError('notFound', `the server has no setting "${name}"`, {
    code: 'SETTING_NOT_FOUND',
    hint: 'List the settings: circleci-admin settings list',
  });
}

/** The server does not take a value: `validation` SETTING_REFUSED, with its own words. */
export function settingRefused(call: AdminCall, name: string, why: string): AdminError {
  const { host } = new URL(call.origin);
  return new AdminError(
    'validation',
    `${host} does not take this for ${name}: ${mask(call, why)}`,
    {
      code: 'SETTING_REFUSED',
      hint: `See what it is now: circleci-admin settings get ${name}`,
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
    `${host} does not let the token's user ${asked(call)}: it needs the admin scope ${scope}`,
    {
      code: 'SERVER_FORBIDDEN',
      hint: `Have an administrator grant it (circleci-admin users admin grant LOGIN), then make a new token: one that was made before does not have it. ${howToMakeOne(call.origin)}`,
    },
  );
}

function howToMakeOne(origin: string): string {
  return `Sign in to ${origin} as an administrator, make a token at User Settings > Personal API Tokens (after becoming one), and set CIRCLE_TOKEN to it (CIRCLECI_ADMIN_SERVER_TOKEN where a profile is in use), or keep it in a file: circleci-admin config set server.tokenFile PATH`;
}

function asked({ method, path }: AdminCall): string {
  return `${method} ${path}`;
}

function said(call: AdminCall, { text }: ReadAnswer): string {
  return `: ${mask(call, excerpt(mask(call, text)))}`;
}

function mask({ token }: AdminCall, text: string): string {
  const masker = new Masker();
  masker.add(token);
  return masker.mask(text);
}
