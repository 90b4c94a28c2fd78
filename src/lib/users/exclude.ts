import { globPattern } from '../glob.ts';
import type { Account } from '../server/admin-api.ts';
import type { LeftAccount } from './account-plan.ts';
import { accountRole, loginKey } from './state.ts';

/** What logins of machine users look like; nothing else tells them from people's. */
export const MACHINE_LOGINS = ['*-bot', 'bot-*', '*-ci', 'ci-*', '*-machine', '*-svc', 'svc-*'];

/** Whom a selection leaves alone: nobody named them. */
export interface Exclusion {
  readonly includeAdmins: boolean;
  readonly includeMachineUsers: boolean;
  /** Globs over logins that are always left alone. */
  readonly keep: readonly string[];
  /** Login that the token belongs to. */
  readonly me: string;
}

/** Parts accounts that a selection found into those to go on with and those left alone. */
export function exclude(
  accounts: readonly Account[],
  exclusion: Exclusion,
): { readonly accounts: readonly Account[]; readonly left: readonly LeftAccount[] } {
  const keep = exclusion.keep.map(globPattern);
  const machines = exclusion.includeMachineUsers ? [] : MACHINE_LOGINS.map(globPattern);
  const why = (account: Account): string | null => {
    const { login } = account;
    const fits = (pattern: RegExp): boolean => pattern.test(login);
    if (loginKey(login) === loginKey(exclusion.me)) return 'your own account';
    if (keep.some(fits)) return 'kept by --keep';
    if (machines.some(fits)) return 'seems to be a machine user (--include-machine-users)';
    const admin = !exclusion.includeAdmins && accountRole(account) !== 'normal';
    return admin ? 'an administrator (--include-admins)' : null;
  };
  const reasons = accounts.map((account) => ({ account, why: why(account) }));
  return {
    accounts: reasons.flatMap((one) => (one.why === null ? [one.account] : [])),
    left: reasons.flatMap(({ account: { login }, why: reason }) =>
      reason === null ? [] : [{ login, why: reason }],
    ),
  };
}
