import type { Account } from '../server/admin-api.ts';
import type { Reconciliation } from './reconcile.ts';
import { accountsText, grouped } from './view.ts';

/** The maximum number of logins in a warning. */
const MAX_NAMED = 10;

/** Returns the warnings about a reconciliation, each a sentence. */
export function reconcileWarnings(
  { requests, withoutAccount, matching }: Reconciliation,
  accounts: readonly Account[],
): readonly string[] {
  const suspended = requests.filter((request) => request.suspended).length;
  const open = accounts.filter((account) => !account.suspended).length;
  const named = withoutAccount.slice(0, MAX_NAMED).join(', ');
  const more = withoutAccount.length > MAX_NAMED ? ', ...' : '';
  return [
    ...(suspended > 0 && suspended * 2 > open
      ? [
          `This suspends ${grouped(suspended)} of ${accountsText(open)}: check that the list is the right one.`,
        ]
      : []),
    ...(matching === 0
      ? ['No account belongs to a member: check that the list is the right one.']
      : []),
    ...(withoutAccount.length > 0
      ? [
          `${withoutAccount.length === 1 ? '1 member has' : `${grouped(withoutAccount.length)} members have`} no account: ${named}${more}.`,
        ]
      : []),
  ];
}
