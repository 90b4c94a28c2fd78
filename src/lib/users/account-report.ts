import { EXIT_CODES } from '../errors.ts';
import type { Account, AdminRole } from '../server/admin-api.ts';
import { roleOf } from '../server/role.ts';
import type { AccountChange } from './account-plan.ts';
import { loginKey, seatsTaken } from './state.ts';

/** An error in a report. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** The result of requesting one change from the server. */
export type Attempt =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly error: ReportedError }
  /** Ctrl-C was pressed during the request. */
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'not-begun' };

/** The outcome for an account. */
export type AccountOutcome =
  /** The list shows the requested state. */
  | 'changed'
  /** The server accepted the change, but the list could not be read afterwards. */
  | 'unverified'
  | 'failed'
  | 'not-done';

/** One account in an {@link AccountReport}. */
export interface ChangedAccount {
  readonly login: string;
  readonly outcome: AccountOutcome;
  /** Read back afterwards; null if that was not possible. */
  readonly suspended: boolean | null;
  readonly role: AdminRole | null;
  readonly error: ReportedError | null;
}

/** The result of a change of accounts. */
export interface AccountReport {
  readonly accounts: readonly ChangedAccount[];
  /** Number of freed seats according to the list, negative if seats were taken; null if unknown. */
  readonly seatsFreed: number | null;
  /** The file for `users restore`; null if there was nothing to change. */
  readonly undoFile: string | null;
  readonly exitCode: number;
}

/**
 * Determines the outcome for each account from the list read afterwards; pure.
 *
 * @param list null if it could not be read
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
  // The requested state counts, whatever the response was.
  if (asWished) return { ...seen, outcome: 'changed' };
  switch (attempt.kind) {
    case 'failed':
      return { ...seen, outcome: 'failed', error: attempt.error };
    case 'answered':
      if (!listRead) return { ...seen, outcome: 'unverified' };
      return {
        ...seen,
        outcome: 'failed',
        error: after === null ? accountGone(login) : changeNotSeen(login),
      };
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

function changeNotSeen(login: string): ReportedError {
  return {
    code: 'CHANGE_NOT_SEEN',
    message: `The server accepted the change, but its list shows ${login} unchanged: somebody else may be changing it too`,
    exitCode: EXIT_CODES.failed,
  };
}

function accountGone(login: string): ReportedError {
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
  const allFailedOrSkipped = left.every(
    ({ outcome }) => outcome === 'failed' || outcome === 'not-done',
  );
  return nothingDone && allFailedOrSkipped && only !== undefined ? only : EXIT_CODES.partial;
}
