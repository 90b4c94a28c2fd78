import type { Account } from '../server/admin-api.ts';

/**
 * The states of an account on the web page: Active, Suspended, Suspended New or Inactive. Only
 * active accounts take a seat of the licence.
 */
export const ACCOUNT_STATES = ['active', 'suspended', 'suspended-new', 'inactive'] as const;

/** One of {@link ACCOUNT_STATES}. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** The administrator roles of the web page. */
export type AccountRole = 'admin' | 'read-only-admin' | 'normal';

/**
 * Returns the state as CircleCI's own page derives it from sign-ins and suspension. An activated
 * new account stays `inactive` until its user signs in.
 *
 * @returns null if the server does not return the number of sign-ins
 */
export function accountState(
  account: Pick<Account, 'signInCount' | 'suspended'>,
): AccountState | null {
  const { signInCount, suspended } = account;
  if (signInCount === null) return null;
  if (signInCount > 0) return suspended ? 'suspended' : 'active';
  return suspended ? 'suspended-new' : 'inactive';
}

/** Returns the role as the web page labels it, from the scopes. */
export function accountRole({ adminScopes }: Pick<Account, 'adminScopes'>): AccountRole {
  if (isAdmin({ adminScopes })) return 'admin';
  return adminScopes.includes('read-settings') ? 'read-only-admin' : 'normal';
}

/** Returns whether the account may change accounts and settings. */
export function isAdmin({ adminScopes }: Pick<Account, 'adminScopes'>): boolean {
  return adminScopes.includes('write-settings') || adminScopes.includes('all');
}

/** Returns the number of seats that the accounts take; null if a state is unknown. */
export function seatsTaken(
  accounts: readonly Pick<Account, 'signInCount' | 'suspended'>[],
): number | null {
  const states = accounts.map(accountState);
  return states.includes(null) ? null : states.filter((state) => state === 'active').length;
}

/** Returns the key for comparing logins. GitHub's logins are case-insensitive. */
export function loginKey(login: string): string {
  return login.toLowerCase();
}

const TEXTS: Readonly<Record<AccountState, string>> = {
  active: 'Active',
  suspended: 'Suspended',
  'suspended-new': 'Suspended New',
  inactive: 'Inactive',
};

/** Returns the web page's label of a state. */
export function stateText(state: AccountState | null): string {
  return state === null ? 'unknown' : TEXTS[state];
}
