import { globPattern } from '../glob.ts';
import type { Account } from '../server/admin-api.ts';
import type { SkippedAccount } from './account-plan.ts';
import { accountRole, loginKey } from './state.ts';

/** Typical logins of machine users; nothing else distinguishes them from people. */
const MACHINE_LOGINS = ['*-bot', 'bot-*', '*-ci', 'ci-*', '*-machine', '*-svc', 'svc-*'];

/** Accounts to skip when they were selected by a condition and not by name. */
export interface Exclusion {
  readonly includeAdmins: boolean;
  readonly includeMachineUsers: boolean;
  /** Globs of logins to always skip. */
  readonly keep: readonly string[];
  /** Login of the owner of the token. */
  readonly me: string;
}

/** Splits selected accounts into those to change and those to skip, with the reason. */
export function exclude(
  accounts: readonly Account[],
  exclusion: Exclusion,
): { readonly accounts: readonly Account[]; readonly left: readonly SkippedAccount[] } {
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
