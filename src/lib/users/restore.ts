import type { Account } from '../server/admin-api.ts';
import type { AccountWish, LeftAccount } from './account-plan.ts';
import { loginKey } from './state.ts';
import type { FormerAccount } from './undo-file.ts';

/**
 * Returns the changes that restore the former state; accounts that no longer exist are skipped.
 * Pure.
 */
export function restoreWishes(
  former: readonly FormerAccount[],
  accounts: readonly Account[],
): { readonly wishes: readonly AccountWish[]; readonly left: readonly LeftAccount[] } {
  const byLogin = new Map(accounts.map((account) => [loginKey(account.login), account]));
  const wishes: AccountWish[] = [];
  const left: LeftAccount[] = [];
  for (const { login, suspended, role } of former) {
    const account = byLogin.get(loginKey(login));
    if (!account) left.push({ login, why: 'the account no longer exists' });
    else {
      wishes.push({
        account,
        ...(suspended === null ? {} : { suspended }),
        ...(role === null ? {} : { role }),
      });
    }
  }
  return { wishes, left };
}
