import { EXIT_CODES } from '../errors.ts';
import type { Account, AdminRole } from '../server/admin-api.ts';
import { roleOf } from '../server/role.ts';
import type { AccountChange } from './account-plan.ts';
import { loginKey, seatsTaken } from './state.ts';

/** An error as a report keeps it. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** What came of asking the server for one change. */
export type Attempt =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly error: ReportedError }
  /** Ctrl-C came while it was asked. */
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'not-begun' };

/** What became of an account. */
export type AccountOutcome =
  /** As wished, seen in the list afterwards. */
  | 'changed'
  /** The server said yes; the list could not be read afterwards. */
  | 'unverified'
  | 'failed'
  | 'not-done';

/** One account in an {@link AccountReport}. */
export interface ChangedAccount {
  readonly login: string;
  readonly outcome: AccountOutcome;
  /** As read back afterwards; null where that was not possible. */
  readonly suspended: boolean | null;
  readonly role: AdminRole | null;
  readonly error: ReportedError | null;
}

/** How a change of accounts ended. */
export interface AccountReport {
  readonly accounts: readonly ChangedAccount[];
  /** Seats that were freed, by the list; negative where they were taken; null if not known. */
  readonly seatsFreed: number | null;
  /** What `users restore` takes; null where nothing was to be changed. */
  readonly undoFile: string | null;
  readonly exitCode: number;
}

/**
 * Says what became of each account, by the list that was read afterwards; pure.
 *
 * @param list null where it could not be read
 */
export function accountReport(
  changes: readonly AccountChange[],
  attempts: readonly Attempt[],
  list: readonly Account[] | null,
  aborted: boolean,
): AccountReport {
  const byLogin = new Map((list ?? []).map((account) => [loginKey(account.login), account]));
  const accounts = changes.map((change, at) => {
    const after = byLogin.get(loginKey(change.login)) ?? null;
    return changedAccount(change, attempts[at] ?? { kind: 'not-begun' }, after, list !== null);
  });
  return {
    accounts,
    seatsFreed: seatsFreed(changes, byLogin),
    undoFile: null,
    exitCode: aborted ? EXIT_CODES.refused : reportExitCode(accounts),
  };
}

function changedAccount(
  change: AccountChange,
  attempt: Attempt,
  after: Account | null,
  listRead: boolean,
): ChangedAccount {
  const { login, suspendedThen, roleThen } = change;
  const seen = {
    login,
    suspended: after?.suspended ?? null,
    role: after === null ? null : roleOf(after),
    error: null,
  };
  const asWished = seen.suspended === suspendedThen && seen.role === roleThen;
  // Whatever the answer was, or whoever did it: it is as wished.
  if (asWished) return { ...seen, outcome: 'changed' };
  switch (attempt.kind) {
    case 'failed':
      return { ...seen, outcome: 'failed', error: attempt.error };
    case 'answered':
      if (!listRead) return { ...seen, outcome: 'unverified' };
      return { ...seen, outcome: 'failed', error: after === null ? gone(login) : notSeen(login) };
    default:
      return { ...seen, outcome: 'not-done' };
  }
}

function seatsFreed(
  changes: readonly AccountChange[],
  byLogin: ReadonlyMap<string, Account>,
): number | null {
  const after = changes.flatMap(({ login }) => byLogin.get(loginKey(login)) ?? []);
  if (after.length < changes.length || changes.some(({ state }) => state === null)) return null;
  const then = seatsTaken(after);
  const now = changes.filter(({ state }) => state === 'active').length;
  return then === null ? null : now - then;
}

function notSeen(login: string): ReportedError {
  return {
    code: 'CHANGE_NOT_SEEN',
    message: `The server accepted the change, but its list shows ${login} unchanged: somebody else may be changing it too`,
    exitCode: EXIT_CODES.failed,
  };
}

function gone(login: string): ReportedError {
  return {
    code: 'USER_NOT_FOUND',
    message: `${login} is no longer in the list`,
    exitCode: EXIT_CODES.notFound,
  };
}

function reportExitCode(accounts: readonly ChangedAccount[]): number {
  const left = accounts.filter(({ outcome }) => outcome !== 'changed');
  if (left.length === 0) return 0;
  const codes = new Set(left.flatMap(({ error }) => (error ? [error.exitCode] : [])));
  const [only] = codes;
  const nothingDone = left.length === accounts.length && codes.size === 1;
  const allTold = left.every(({ outcome }) => outcome === 'failed' || outcome === 'not-done');
  return nothingDone && allTold && only !== undefined ? only : EXIT_CODES.partial;
}
