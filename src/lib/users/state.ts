import type { Account } from '../server/admin-api.ts';

/**
 * Where the web page shows an account: Active, Suspended, Suspended New or Inactive. Only an active
 * one takes a seat of the licence.
 */
export const ACCOUNT_STATES = ['active', 'suspended', 'suspended-new', 'inactive'] as const;

/** One of {@link ACCOUNT_STATES}. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** What the web page calls an administrator. */
export type AccountRole = 'admin' | 'read-only-admin' | 'normal';

/**
 * The state as CircleCI's own page derives it: by sign-ins and suspension. An account that was
 * activated stays `inactive` until its person signs in.
 *
 * @returns null where the server does not tell how often the person signed in
 */
export function accountState(
  account: Pick<Account, 'signInCount' | 'suspended'>,
): AccountState | null {
  const { signInCount, suspended } = account;
  if (signInCount === null) return null;
  if (signInCount > 0) return suspended ? 'suspended' : 'active';
  return suspended ? 'suspended-new' : 'inactive';
}

/** The role as the web page labels it, by the scopes. */
export function accountRole({ adminScopes }: Pick<Account, 'adminScopes'>): AccountRole {
  if (isAdmin({ adminScopes })) return 'admin';
  return adminScopes.includes('read-settings') ? 'read-only-admin' : 'normal';
}

/** Whether the account may change accounts and settings. */
export function isAdmin({ adminScopes }: Pick<Account, 'adminScopes'>): boolean {
  return adminScopes.includes('write-settings') || adminScopes.includes('all');
}

/** How many of the licence's seats accounts take; null where a state is not known. */
export function seatsTaken(
  accounts: readonly Pick<Account, 'signInCount' | 'suspended'>[],
): number | null {
  const states = accounts.map(accountState);
  return states.includes(null) ? null : states.filter((state) => state === 'active').length;
}

/** Two logins are one account's whatever the case, as GitHub has it. */
export function loginKey(login: string): string {
  return login.toLowerCase();
}

const TEXTS: Readonly<Record<AccountState, string>> = {
  active: 'Active',
  suspended: 'Suspended',
  'suspended-new': 'Suspended New',
  inactive: 'Inactive',
};

/** The state in the web page's words. */
export function stateText(state: AccountState | null): string {
  return state === null ? 'unknown' : TEXTS[state];
}
