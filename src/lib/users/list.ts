import { globPattern } from '../glob.ts';
import type { Account } from '../server/admin-api.ts';
import type { AccountActivity, Activity } from './activity.ts';
import { type AccountRole, type AccountState, accountRole, accountState } from './state.ts';

/** Selects accounts: every given part must match, and within a part any of its values. */
export interface AccountSelector {
  readonly states: readonly (AccountState | 'unknown')[];
  /** Only administrators, including read-only ones. */
  readonly admin: boolean;
  /** Globs for the login; without `*` or `?`, substrings of login, name or address. */
  readonly match: readonly string[];
}

/** An account in a listing. */
export interface AccountRow {
  readonly login: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Null if the server does not return the number of sign-ins. */
  readonly state: AccountState | null;
  readonly role: AccountRole;
  readonly suspended: boolean;
  /** Whether the account takes a seat of the licence; null if unknown. */
  readonly takesSeat: boolean | null;
  readonly signInCount: number | null;
  readonly adminScopes: readonly string[];
  readonly createdAt: Date | null;
  readonly lastSignInAt: Date | null;
  /** Present only if the activity was requested. */
  readonly activity?: Activity;
  /** Present only if the activity was requested; null if no build of the user was read. */
  readonly lastBuildAt?: Date | null;
}

/** Returns the accounts that match, in their original order. */
export function selectAccounts(
  accounts: readonly Account[],
  selector: AccountSelector,
): readonly Account[] {
  const { states, admin, match } = selector;
  const matches = match.map(matcher);
  return accounts.filter(
    (account) =>
      (states.length === 0 || states.includes(accountState(account) ?? 'unknown')) &&
      (!admin || accountRole(account) !== 'normal') &&
      (matches.length === 0 || matches.some((fits) => fits(account))),
  );
}

/** Returns whether the selector excludes any accounts. */
export function isSelective({ states, admin, match }: AccountSelector): boolean {
  return states.length > 0 || admin || match.length > 0;
}

/** Returns the rows of a listing, sorted by login. */
export function accountRows(
  accounts: readonly Account[],
  activity?: ReadonlyMap<string, AccountActivity>,
): readonly AccountRow[] {
  return accounts.map((account) => accountRow(account, activity?.get(account.login))).sort(byLogin);
}

/** Returns the row of one account. */
export function accountRow(account: Account, activity?: AccountActivity): AccountRow {
  const { login, name, email, suspended, signInCount, adminScopes } = account;
  const { createdAt, lastSignInAt } = account;
  const state = accountState(account);
  return {
    login,
    name,
    email,
    state,
    role: accountRole(account),
    suspended,
    takesSeat: state === null ? null : state === 'active',
    signInCount,
    adminScopes,
    createdAt,
    lastSignInAt,
    ...(activity ? { activity: activity.activity, lastBuildAt: activity.lastBuildAt } : {}),
  };
}

function matcher(text: string): (account: Account) => boolean {
  if (/[*?]/.test(text)) {
    const pattern = globPattern(text);
    return ({ login }) => pattern.test(login);
  }
  const part = text.toLowerCase();
  return ({ login, name, email }) =>
    [login, name, email].some((one) => one?.toLowerCase().includes(part));
}

/** Compares accounts by login, ignoring case. */
export function byLogin(a: Pick<Account, 'login'>, b: Pick<Account, 'login'>): number {
  const [left, right] = [a.login.toLowerCase(), b.login.toLowerCase()];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
