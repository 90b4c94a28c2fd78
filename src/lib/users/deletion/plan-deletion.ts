import { AdminError, isAdminError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { Account, AdminApi } from '../../server/admin-api.ts';
import type { ReplSession } from '../../server/nrepl/client.ts';
import { loginsByRepl, requireDeletion } from '../../server/nrepl/users-by-repl.ts';
import { type AccountRow, accountRow } from '../list.ts';
import { isAdmin, loginKey } from '../state.ts';

/** Opens a REPL session, runs `use` with it and closes it afterwards. */
export type UseRepl = <T>(use: (session: ReplSession) => Promise<T>) => Promise<T>;

/** The admin API calls that the plan of a deletion uses. */
export type AdminReads = Pick<AdminApi, 'accounts' | 'me'>;

/** A planned deletion. */
export interface DeletionPlan {
  /** In the server's spelling. */
  readonly login: string;
  /** Null if the admin API does not return it. */
  readonly account: AccountRow | null;
  readonly warnings: readonly string[];
}

/** The sources of a deletion plan. */
export interface DeletionSources {
  readonly repl: UseRepl;
  /** Null if the host or the token of the admin API is not configured. */
  readonly admin: AdminReads | null;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const HOST_CHANGED =
  'If the GitHub address of this installation was ever changed, ask CircleCI support before you delete an account.';

/**
 * Looks up the account to delete, and checks that the server can do it. Changes nothing.
 *
 * @throws AdminError of kind `notFound` (USER_NOT_FOUND) or `refused` (OWN_ACCOUNT, LAST_ADMIN), or
 *   like {@link loginsByRepl}
 */
export async function planDeletion(
  wanted: string,
  sources: DeletionSources,
): Promise<DeletionPlan> {
  const { repl, admin, signal, timeoutMs } = sources;
  const [logins, adminState] = await Promise.all([
    repl(async (session) => {
      await requireDeletion(session, { signal, timeoutMs });
      return await loginsByRepl(session, { signal, timeoutMs });
    }),
    readAdminState(admin, signal),
  ]);
  const login = logins.find((one) => loginKey(one) === loginKey(wanted));
  if (login === undefined) throw unknown(wanted, logins);
  const account = adminState.accounts.find((one) => loginKey(one.login) === loginKey(login));
  refuseOneself(login, adminState.me);
  refuseLastAdmin(account, adminState.accounts);
  return {
    login,
    account: account ? accountRow(account) : null,
    warnings: [...adminState.warnings, HOST_CHANGED],
  };
}

interface AdminState {
  readonly me: string | null;
  readonly accounts: readonly Account[];
  readonly warnings: readonly string[];
}

async function readAdminState(admin: AdminReads | null, signal: AbortSignal): Promise<AdminState> {
  const unknownState = (why: string): AdminState => ({
    me: null,
    accounts: [],
    warnings: [
      `Could not check whose account this is, whether it is yours, or whether it is the last administrator: ${why}.`,
    ],
  });
  if (!admin) return unknownState('the host or the token of the admin API is not set');
  try {
    const [{ login: me }, accounts] = await Promise.all([admin.me(signal), admin.accounts(signal)]);
    return { me, accounts, warnings: [] };
  } catch (error) {
    if (!isAdminError(error)) throw error;
    return unknownState(error.message);
  }
}

function unknown(wanted: string, logins: readonly string[]): AdminError {
  const near = nearest(wanted, logins);
  return new AdminError('notFound', `The server has no account "${wanted}"`, {
    code: 'USER_NOT_FOUND',
    hint: `${near === null ? '' : `Did you mean ${near}? `}List the accounts: circleci-admin users list`,
  });
}

function refuseOneself(login: string, me: string | null): void {
  if (me === null || loginKey(me) !== loginKey(login)) return;
  throw new AdminError('refused', `${login} is the account of your own token`, {
    code: 'OWN_ACCOUNT',
    hint: 'Ask another administrator to do it. Nothing was changed.',
  });
}

function refuseLastAdmin(account: Account | undefined, accounts: readonly Account[]): void {
  const admins = accounts.filter((one) => isAdmin(one) && !one.suspended);
  if (!account || admins.length !== 1 || admins[0] !== account) return;
  throw new AdminError('refused', `${account.login} is the last administrator`, {
    code: 'LAST_ADMIN',
    hint: 'Make another account an administrator first: circleci-admin users admin grant LOGIN',
  });
}
