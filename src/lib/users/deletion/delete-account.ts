import { type AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import { deleteByRepl, loginsByRepl } from '../../server/nrepl/users-by-repl.ts';
import { loginKey } from '../state.ts';
import type { UseRepl } from './plan-deletion.ts';

/** The outcome according to the list read afterwards; `unknown` if it could not be read. */
export type DeletionOutcome = 'deleted' | 'kept' | 'unknown';

/** The result of a deletion. */
export interface DeletionReport {
  readonly login: string;
  readonly outcome: DeletionOutcome;
  /** Null if nothing went wrong. */
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly exitCode: number;
}

/** An event during a deletion; the last is the report. */
export type DeletionEvent =
  | { readonly type: 'deleting'; readonly login: string }
  | { readonly type: 'reading-back'; readonly login: string }
  | { readonly type: 'report'; readonly report: DeletionReport };

/** The options of {@link deleteAccount}. */
export interface DeletionOptions {
  readonly signal: AbortSignal;
  /** Timeout in milliseconds of the deletion, and again of the check afterwards. */
  readonly timeoutMs: number;
}

/**
 * Deletes an account, then lists the logins to verify it: the return value of the function in the
 * frontend is not documented, and the connection may break after the account was deleted.
 */
export async function* deleteAccount(
  repl: UseRepl,
  login: string,
  { signal, timeoutMs }: DeletionOptions,
): AsyncGenerator<DeletionEvent, void, undefined> {
  yield { type: 'deleting', login };
  const failure = await failureOf(() =>
    repl((session) => deleteByRepl(session, login, { signal, timeoutMs })),
  );
  yield { type: 'reading-back', login };
  let left: boolean | null = null;
  // Without the signal: after Ctrl-C, the report must still say whether the account is gone.
  const unread = await failureOf(async () => {
    const logins = await repl((session) => loginsByRepl(session, { timeoutMs }));
    left = logins.some((one) => loginKey(one) === loginKey(login));
  });
  yield { type: 'report', report: reportOf(login, left, failure ?? unread) };
}

async function failureOf(run: () => Promise<void>): Promise<AdminError | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (isAdminError(error)) return error;
    throw error;
  }
}

function reportOf(login: string, left: boolean | null, failure: AdminError | null): DeletionReport {
  if (left === false) return { login, outcome: 'deleted', error: null, exitCode: 0 };
  const outcome = left === null ? 'unknown' : 'kept';
  const error = failure
    ? { code: failure.code, message: failure.message }
    : {
        code: 'NOT_DELETED',
        message: 'The frontend reported success, but the account still exists',
      };
  return { login, outcome, error, exitCode: failure?.exitCode ?? EXIT_CODES.failed };
}
