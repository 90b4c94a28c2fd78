import type { Account } from '../server/admin-api.ts';
import type { RequestedChange, SkippedAccount } from './account-plan.ts';
import { type Exclusion, exclude } from './exclude.ts';
import { byLogin } from './list.ts';
import { loginKey } from './state.ts';

/** The direction of the changes, and the accounts to skip. */
export interface ReconcileRequest extends Exclusion {
  /** Suspend the accounts of users who are not members. */
  readonly suspend: boolean;
  /** Activate the suspended accounts of members. */
  readonly activate: boolean;
}

/** The accounts to activate and suspend, and those to skip. */
export interface Reconciliation {
  readonly requests: readonly RequestedChange[];
  readonly left: readonly SkippedAccount[];
  /** Members without an account; it is created at their first sign-in. */
  readonly withoutAccount: readonly string[];
  /** Number of members whose account is not suspended. */
  readonly matching: number;
}

/** Compares the accounts with a list of members, ignoring the case of logins; pure. */
export function reconcile(
  accounts: readonly Account[],
  members: readonly string[],
  request: ReconcileRequest,
): Reconciliation {
  const sorted = accounts.toSorted(byLogin);
  const wanted = new Set(members.map(loginKey));
  const known = new Set(accounts.map((account) => loginKey(account.login)));
  const isMember = (account: Account): boolean => wanted.has(loginKey(account.login));
  const returning = sorted.filter((account) => isMember(account) && account.suspended);
  const leaving = exclude(
    sorted.filter((account) => !isMember(account) && !account.suspended),
    request,
  );
  return {
    requests: [
      ...(request.suspend ? leaving.accounts.map((account) => ({ account, suspended: true })) : []),
      ...(request.activate ? returning.map((account) => ({ account, suspended: false })) : []),
    ],
    left: [
      ...(request.suspend ? leaving.left : []),
      ...(request.activate
        ? []
        : returning.map(({ login }) => ({ login, why: 'suspended, and a member' }))),
    ],
    withoutAccount: members.filter((login) => !known.has(loginKey(login))),
    matching: accounts.filter((account) => isMember(account) && !account.suspended).length,
  };
}
