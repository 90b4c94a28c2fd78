import type { Account } from '../server/admin-api.ts';
import type { AccountWish, LeftAccount } from './account-plan.ts';
import { type Exclusion, exclude } from './exclude.ts';
import { byLogin } from './list.ts';
import { loginKey } from './state.ts';

/** Which directions accounts are changed in. */
export interface ReconcileRequest extends Exclusion {
  /** Suspend accounts of people who are no members. */
  readonly suspend: boolean;
  /** Activate suspended accounts of members. */
  readonly activate: boolean;
}

/** Who is to be activated, suspended and left. */
export interface Reconciliation {
  readonly wishes: readonly AccountWish[];
  readonly left: readonly LeftAccount[];
  /** Members that have no account: they make it themselves by signing in. */
  readonly withoutAccount: readonly string[];
  /** Members whose account is as it should be. */
  readonly matching: number;
}

/** Compares accounts with the list of members, whatever the case of their logins; pure. */
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
    wishes: [
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
