import { mapBounded } from '../bounded.ts';
import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import { EventQueue } from '../event-queue.ts';
import { keepTrying } from '../keep-trying.ts';
import type { Account, AdminApi } from '../server/admin-api.ts';
import type { AccountChange } from './account-plan.ts';
import {
  type AccountReport,
  type Attempt,
  accountReport,
  type ReportedError,
} from './account-report.ts';

/** What changing accounts asks of the server. */
export type AccountChanger = Pick<AdminApi, 'accounts' | 'setSuspended' | 'setAdminRole'>;

/** What happens while accounts are changed. The last event is the report. */
export type AccountEvent = { readonly at: Date } & (
  | { readonly type: 'undo-saved'; readonly path: string }
  | { readonly type: 'changed'; readonly login: string; readonly done: number }
  | {
      readonly type: 'retrying';
      readonly login: string;
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly retryInMs: Milliseconds;
    }
  | { readonly type: 'failed'; readonly login: string; readonly error: ReportedError }
  /** The server does not answer any more, or does not let us: the rest is not tried. */
  | { readonly type: 'stopped'; readonly code: string; readonly message: string }
  | { readonly type: 'verifying' }
  | { readonly type: 'report'; readonly report: AccountReport }
);

/** How accounts are changed. */
export interface ChangeAccountsOptions {
  readonly clock: Clock;
  /** Aborting begins no further account, and still reads back what was done. */
  readonly signal: AbortSignal;
  /** How many at once; 20 where it is left out. */
  readonly concurrency?: number;
  /** For how long a failing server is asked again, in milliseconds; 30 s where it is left out. */
  readonly patienceMs?: Milliseconds;
}

const AT_ONCE = 20;
const PATIENCE_MS: Milliseconds = 30_000;
const FIRST_PAUSE_MS: Milliseconds = 250;

/**
 * Changes accounts, several at once, and reads the whole list once at the end: only what it says
 * counts (`suspended`, not the page's label, for an activated new account is Inactive until its
 * person signs in). What goes wrong with one account is told in the report; only a bug throws.
 *
 * Every call sets a value, so asking again after an answer that was lost changes nothing more.
 */
export async function* changeAccounts(
  api: AccountChanger,
  changes: readonly AccountChange[],
  options: ChangeAccountsOptions,
): AsyncGenerator<AccountEvent, void> {
  const queue = new EventQueue<AccountEvent>();
  const left = new AbortController();
  const run = new AccountRun(api, {
    ...options,
    signal: AbortSignal.any([options.signal, left.signal]),
    emit: (event) => queue.push({ at: options.clock.now(), ...event }),
  });
  const work = run.all(changes).then(
    (report) => {
      queue.push({ at: options.clock.now(), type: 'report', report });
      queue.end();
    },
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue;
  } finally {
    left.abort();
    await work;
  }
}

type Emitted = AccountEvent extends infer Event
  ? Event extends AccountEvent
    ? Omit<Event, 'at'>
    : never
  : never;

interface RunOptions extends ChangeAccountsOptions {
  readonly emit: (event: Emitted) => void;
}

class AccountRun {
  readonly #api: AccountChanger;
  readonly #options: RunOptions;
  #done = 0;
  #stopped = false;

  constructor(api: AccountChanger, options: RunOptions) {
    this.#api = api;
    this.#options = options;
  }

  async all(changes: readonly AccountChange[]): Promise<AccountReport> {
    const { concurrency = AT_ONCE, signal, emit } = this.#options;
    const attempts = await mapBounded(changes, concurrency, (change) => this.#one(change));
    emit({ type: 'verifying' });
    return accountReport(changes, attempts, await this.#readBack(), signal.aborted);
  }

  async #one(change: AccountChange): Promise<Attempt> {
    const { clock, signal, emit, patienceMs = PATIENCE_MS } = this.#options;
    if (this.#stopped || signal.aborted) return { kind: 'not-begun' };
    const { login } = change;
    let doneBefore = this.#done;
    try {
      await keepTrying(() => this.#apply(change), {
        clock,
        signal,
        patienceMs,
        firstPauseMs: FIRST_PAUSE_MS,
        onFailure: ({ code, message }, attempt, retryInMs) => {
          if (attempt === 1) doneBefore = this.#done;
          emit({ type: 'retrying', login, code, message, attempt, retryInMs });
        },
      });
      this.#done += 1;
      emit({ type: 'changed', login, done: this.#done });
      return { kind: 'answered' };
    } catch (thrown) {
      if (signal.aborted) return { kind: 'cut-off' };
      if (!isAdminError(thrown)) throw thrown;
      const { code, message, exitCode } = thrown;
      emit({ type: 'failed', login, error: { code, message, exitCode } });
      this.#stopWhere(thrown, doneBefore);
      return { kind: 'failed', error: { code, message, exitCode } };
    }
  }

  /** A server that is gone, or that refuses us, does so for all: nobody waits for each of them. */
  #stopWhere(error: AdminError, doneBefore: number): void {
    const gone = error.kind === 'service' || error.kind === 'timeout';
    const hopeless = error.kind === 'unauthorised' || (gone && this.#done === doneBefore);
    if (!hopeless || this.#stopped) return;
    this.#stopped = true;
    this.#options.emit({ type: 'stopped', code: error.code, message: error.message });
  }

  async #apply(change: AccountChange): Promise<void> {
    const { signal } = this.#options;
    const { login, suspended, suspendedThen, role, roleThen } = change;
    if (suspended !== suspendedThen) await this.#api.setSuspended(login, suspendedThen, signal);
    if (role !== roleThen) await this.#api.setAdminRole(login, roleThen, signal);
  }

  /** Not under the signal: after Ctrl-C too the report says what was done. */
  async #readBack(): Promise<readonly Account[] | null> {
    try {
      return await this.#api.accounts();
    } catch (error) {
      if (isAdminError(error)) return null;
      throw error;
    }
  }
}
