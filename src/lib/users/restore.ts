import type { Account } from '../server/admin-api.ts';
import type { RequestedChange, SkippedAccount } from './account-plan.ts';
import { loginKey } from './state.ts';
import type { FormerState } from './undo-file.ts';

/**
 * Returns the changes that restore the former state; accounts that no longer exist are skipped.
 * Pure.
 */
export function restoreRequests(
  former: readonly FormerState[],
  accounts: readonly Account[],
): { readonly requests: readonly RequestedChange[]; readonly left: readonly SkippedAccount[] } {
  const byLogin = new Map(accounts.map((account) => [loginKey(account.login), account]));
  const requests: RequestedChange[] = [];
  const left: SkippedAccount[] = [];
  for (const { login, suspended, role } of former) {
    const account = byLogin.get(loginKey(login));
    if (!account) left.push({ login, why: 'the account no longer exists' });
    else {
      requests.push({
        account,
        ...(suspended === null ? {} : { suspended }),
        ...(role === null ? {} : { role }),
      });
    }
  }
  return { requests, left };
}
