import { AdminError } from '../../errors.ts';
import { isGitHubLogin } from '../github-login.ts';
import type { EvaluateOptions, ReplSession } from './client.ts';
import { ednItems, ednKey } from './edn.ts';
import { readValue, unreadable } from './printed-value.ts';

const WHERE = 'circle.model.user/where';
const DELETE = 'circle.http.api.admin-commands.user/delete-by-login-vcs-type!';

/**
 * Lists the accounts that have a login and a sign-in count of 0 or more (operations guide, "List
 * users").
 */
const LIST = `(${WHERE} { :$and [{:sign_in_count {:$gte 0}}, {:login {:$ne nil}}]} :only [:login])`;

/**
 * Returns the logins of all accounts, sorted, with the form from the operations guide.
 *
 * @throws AdminError of kind `service` (REPL_FUNCTION_MISSING, REPL_ERROR, REPL_SURPRISE), or like
 *   {@link ReplSession}
 */
export async function loginsByRepl(
  session: ReplSession,
  options: EvaluateOptions = {},
): Promise<readonly string[]> {
  await requireFunctions(session, [WHERE], options);
  const value = await readValue(session, LIST, options);
  const accounts = value === null ? [] : ednItems(value);
  if (accounts === null) throw unreadable(LIST, 'no list', JSON.stringify(value));
  const logins = accounts.map((account) => {
    const login = ednKey(account, 'login');
    if (typeof login === 'string') return login;
    // A list that was truncated for printing ends with `...` and must not be taken for complete.
    throw unreadable(LIST, 'an item without a login', JSON.stringify(account));
  });
  return logins.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Deletes an account with the form from the operations guide. The return value is not documented:
 * callers verify the deletion with {@link loginsByRepl}.
 *
 * @throws AdminError of kind `usage` (BAD_LOGIN, before any request is sent), or like
 *   {@link loginsByRepl}
 */
export async function deleteByRepl(
  session: ReplSession,
  login: string,
  options: EvaluateOptions = {},
): Promise<void> {
  const form = `(${DELETE} "${codeSafeLogin(login)}" :github)`;
  await requireFunctions(session, [DELETE], options);
  await readValue(session, form, options);
}

/**
 * Checks that the frontend has the functions to list and delete accounts, without calling them.
 *
 * @throws AdminError of kind `service`, code REPL_FUNCTION_MISSING
 */
export async function requireDeletion(
  session: ReplSession,
  options: EvaluateOptions = {},
): Promise<void> {
  await requireFunctions(session, [WHERE, DELETE], options);
}

/**
 * Returns the login if it is safe to put between quotes in code.
 *
 * @throws AdminError of kind `usage`, code BAD_LOGIN
 */
export function codeSafeLogin(login: string): string {
  if (isGitHubLogin(login)) return login;
  throw new AdminError('usage', `${JSON.stringify(login)} is not a valid GitHub login`, {
    code: 'BAD_LOGIN',
    hint: 'A login has 1 to 39 letters, digits and single hyphens between them.',
  });
}

async function requireFunctions(
  session: ReplSession,
  names: readonly string[],
  options: EvaluateOptions,
): Promise<void> {
  const probe = `[${names.map((name) => `(some? (resolve '${name}))`).join(' ')}]`;
  const value = await readValue(session, probe, options);
  const found = ednItems(value);
  if (found?.length !== names.length) throw unreadable(probe, 'no vector', JSON.stringify(value));
  const missing = names.filter((_, at) => found[at] !== true);
  if (missing.length === 0) return;
  throw new AdminError(
    'service',
    `The frontend of this server does not have ${missing.join(' and ')}`,
    {
      code: 'REPL_FUNCTION_MISSING',
      hint: 'The documentation of server 3.x and later no longer has it. Suspend the account instead (circleci-admin users suspend LOGIN), or ask CircleCI support to delete it.',
    },
  );
}
