import { globPattern } from '../glob.ts';
import type { Account } from '../server/admin-api.ts';
import type { AccountActivity, Activity } from './activity.ts';
import { type AccountRole, type AccountState, accountRole, accountState } from './state.ts';

/** Which accounts; every part that is given has to fit, within a part one of its words. */
export interface AccountSelector {
  readonly states: readonly (AccountState | 'unknown')[];
  /** Administrators of either kind. */
  readonly admin: boolean;
  /** Globs over the login, or parts of login, name or address where they have no `*` and no `?`. */
  readonly match: readonly string[];
}

/** An account as it is listed. */
export interface AccountRow {
  readonly login: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Null where the server does not tell how often the person signed in. */
  readonly state: AccountState | null;
  readonly role: AccountRole;
  readonly suspended: boolean;
  /** Whether it takes a seat of the licence. */
  readonly takesSeat: boolean | null;
  readonly signInCount: number | null;
  readonly adminScopes: readonly string[];
  readonly createdAt: Date | null;
  readonly lastSignInAt: Date | null;
  /** Only where the activity was asked for. */
  readonly activity?: Activity;
  /** Only where the activity was asked for; null where no build of theirs was seen. */
  readonly lastBuildAt?: Date | null;
}

/** The accounts that fit, in their order. */
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

/** Whether a selector leaves anybody out. */
export function isSelective({ states, admin, match }: AccountSelector): boolean {
  return states.length > 0 || admin || match.length > 0;
}

/** Accounts as they are listed, by login. */
export function accountRows(
  accounts: readonly Account[],
  activity?: ReadonlyMap<string, AccountActivity>,
): readonly AccountRow[] {
  return accounts.map((account) => accountRow(account, activity?.get(account.login))).sort(byLogin);
}

/** One account as it is listed. */
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

/** The order of logins, whatever their case. */
export function byLogin(a: Pick<Account, 'login'>, b: Pick<Account, 'login'>): number {
  const [left, right] = [a.login.toLowerCase(), b.login.toLowerCase()];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
