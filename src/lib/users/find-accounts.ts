import { AdminError } from '../errors.ts';
import { firstNames } from '../join-names.ts';
import { nearest } from '../nearest.ts';
import type { Account } from '../server/admin-api.ts';
import { loginKey } from './state.ts';

/** The maximum number of unknown logins in an error message. */
const MAX_NAMED = 8;

/**
 * Returns the accounts with these logins, in the order of the logins and ignoring case.
 *
 * @throws AdminError of kind `notFound`, code USER_NOT_FOUND, naming all unknown logins
 */
export function findAccounts(
  accounts: readonly Account[],
  logins: readonly string[],
): readonly Account[] {
  const byLogin = new Map(accounts.map((account) => [loginKey(account.login), account]));
  const found: Account[] = [];
  const unknown: string[] = [];
  for (const login of logins) {
    const account = byLogin.get(loginKey(login));
    if (account) found.push(account);
    else unknown.push(login);
  }
  const [first] = unknown;
  if (first === undefined) return found;
  throw unknownAccounts(
    unknown,
    nearest(
      first,
      accounts.map((account) => account.login),
    ),
  );
}

function unknownAccounts(unknown: readonly string[], near: string | null): AdminError {
  const named = firstNames(
    unknown.map((login) => `"${login}"`),
    MAX_NAMED,
  );
  const hint = near === null || unknown.length > 1 ? '' : `Did you mean ${near}? `;
  return new AdminError('notFound', `The server has no account ${named}`, {
    code: 'USER_NOT_FOUND',
    hint: `${hint}List the accounts: circleci-admin users list`,
  });
}
