import { type AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import { deleteByRepl, loginsByRepl } from '../../server/nrepl/users-by-repl.ts';
import { loginKey } from '../state.ts';
import type { UseRepl } from './plan-deletion.ts';

/** How a deletion ended, as read back afterwards; `unknown` where that could not be read. */
export type DeletionOutcome = 'deleted' | 'kept' | 'unknown';

/** How a deletion ended. */
export interface DeletionReport {
  readonly login: string;
  readonly outcome: DeletionOutcome;
  /** What went wrong; null where nothing did. */
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly exitCode: number;
}

/** A step of a deletion; the last is the report. */
export type DeletionEvent =
  | { readonly type: 'deleting'; readonly login: string }
  | { readonly type: 'reading-back'; readonly login: string }
  | { readonly type: 'report'; readonly report: DeletionReport };

/** How a deletion is bounded. */
export interface DeletionOptions {
  readonly signal: AbortSignal;
  /** Limit for the deletion, and for reading back, each. */
  readonly timeoutMs: number;
}

/**
 * Deletes an account and lists the logins to see it gone: what the function in the frontend returns
 * is not documented, and a connection may break after the work was done.
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
  // Not stopped by Ctrl-C: whether the account is gone is what has to be told then.
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
