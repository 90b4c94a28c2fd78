import { mapBounded } from '../bounded.ts';
import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import { eventsOfWork } from '../events-of-work.ts';
import type { Account, AdminApi } from '../server/admin-api.ts';
import type { AccountChange } from './account-plan.ts';
import {
  type AccountReport,
  type Attempt,
  accountReport,
  type ReportedError,
} from './account-report.ts';

/** The server calls that {@link changeAccounts} uses. */
export type AccountChanger = Pick<AdminApi, 'accounts' | 'setSuspended' | 'setAdminRole'>;

/** An event during a change of accounts. The last event is the report. */
export type AccountEvent = { readonly at: Date } & (
  | { readonly type: 'undo-saved'; readonly path: string }
  | { readonly type: 'changed'; readonly login: string; readonly done: number }
  /** Sent after ten seconds without progress. */
  | { readonly type: 'waiting'; readonly done: number; readonly total: number }
  | { readonly type: 'failed'; readonly login: string; readonly error: ReportedError }
  /** The server is unreachable or refuses access: the remaining accounts are not tried. */
  | { readonly type: 'stopped'; readonly code: string; readonly message: string }
  | { readonly type: 'verifying' }
  | { readonly type: 'report'; readonly report: AccountReport }
);

/** The options of {@link changeAccounts}. */
export interface ChangeAccountsOptions {
  readonly clock: Clock;
  /** Aborting starts no further changes; the list is still read back. */
  readonly signal: AbortSignal;
  /** Maximum number of parallel changes; 20 if omitted. */
  readonly concurrency?: number;
}

const AT_ONCE = 20;
const WAITING_MS: Milliseconds = 10_000;
/** After this long without a success, or after this many failures in a row, the run stops. */
const MAX_MS_WITHOUT_SUCCESS: Milliseconds = 5_000;
const MAX_FAILURES_IN_A_ROW = 20;

/**
 * Changes accounts in parallel and reads the list of accounts once at the end. Only the list
 * decides the outcome, by `suspended` and role: the page's state label is unsuitable, because an
 * activated new account stays Inactive until its user signs in. A failure for one account is part
 * of the report; only bugs throw.
 *
 * The client retries transient errors. That is safe because every call sets a value.
 */
export function changeAccounts(
  api: AccountChanger,
  changes: readonly AccountChange[],
  options: ChangeAccountsOptions,
): AsyncGenerator<AccountEvent, void> {
  return eventsOfWork<AccountEvent>(options.signal, async (send, signal) => {
    const emit = (event: EventWithoutTime): void => send({ at: options.clock.now(), ...event });
    const report = await new AccountRun(api, { ...options, signal, emit }).run(changes);
    emit({ type: 'report', report });
  });
}

type EventWithoutTime = AccountEvent extends infer Event
  ? Event extends AccountEvent
    ? Omit<Event, 'at'>
    : never
  : never;

interface RunOptions extends ChangeAccountsOptions {
  readonly emit: (event: EventWithoutTime) => void;
}

class AccountRun {
  readonly #api: AccountChanger;
  readonly #options: RunOptions;
  #begun = 0;
  #done = 0;
  #failuresInARow = 0;
  #lastSuccess: number;
  #stopped = false;

  constructor(api: AccountChanger, options: RunOptions) {
    this.#api = api;
    this.#options = options;
    this.#lastSuccess = options.clock.now().getTime();
  }

  async run(changes: readonly AccountChange[]): Promise<AccountReport> {
    const { concurrency = AT_ONCE, signal, emit } = this.#options;
    const ended = new AbortController();
    const ticking = this.#tick(changes.length, ended.signal);
    try {
      const one = (change: AccountChange): Promise<Attempt> => this.#change(change, changes.length);
      const attempts = await mapBounded(changes, concurrency, one);
      emit({ type: 'verifying' });
      return accountReport(changes, attempts, await this.#readBack(), signal.aborted);
    } finally {
      ended.abort();
      await ticking;
    }
  }

  async #change(change: AccountChange, total: number): Promise<Attempt> {
    const { clock, signal, emit } = this.#options;
    if (this.#stopped || signal.aborted) return { kind: 'not-begun' };
    const { login } = change;
    this.#begun += 1;
    try {
      await this.#apply(change);
      this.#done += 1;
      this.#failuresInARow = 0;
      this.#lastSuccess = clock.now().getTime();
      emit({ type: 'changed', login, done: this.#done });
      return { kind: 'answered' };
    } catch (thrown) {
      if (signal.aborted) return { kind: 'cut-off' };
      if (!isAdminError(thrown)) throw thrown;
      const { code, message, exitCode } = thrown;
      emit({ type: 'failed', login, error: { code, message, exitCode } });
      this.#stopIfHopeless(thrown, total);
      return { kind: 'failed', error: { code, message, exitCode } };
    }
  }

  /** If the server is unreachable or refuses access, it does so for all accounts: stop early. */
  #stopIfHopeless(error: AdminError, total: number): void {
    this.#failuresInARow += 1;
    const silentMs = this.#options.clock.now().getTime() - this.#lastSuccess;
    const noSuccess =
      silentMs >= MAX_MS_WITHOUT_SUCCESS || this.#failuresInARow >= MAX_FAILURES_IN_A_ROW;
    const transient = error.kind === 'service' || error.kind === 'timeout';
    const hopeless = error.kind === 'unauthorised' || (transient && noSuccess);
    if (!hopeless || this.#stopped) return;
    this.#stopped = true;
    if (this.#begun === total) return;
    this.#options.emit({ type: 'stopped', code: error.code, message: error.message });
  }

  async #apply(change: AccountChange): Promise<void> {
    const { signal } = this.#options;
    const { login, suspended, suspendedThen, role, roleThen } = change;
    if (suspended !== suspendedThen) await this.#api.setSuspended(login, suspendedThen, signal);
    if (role !== roleThen) await this.#api.setAdminRole(login, roleThen, signal);
  }

  /** Without the signal: after Ctrl-C, the report must still say what was changed. */
  async #readBack(): Promise<readonly Account[] | null> {
    try {
      return await this.#api.accounts();
    } catch (error) {
      if (isAdminError(error)) return null;
      throw error;
    }
  }

  async #tick(total: number, ended: AbortSignal): Promise<void> {
    const { clock, emit } = this.#options;
    for (let before = this.#done; !ended.aborted; before = this.#done) {
      // Rejects when the work has ended.
      await clock.sleep(WAITING_MS, ended).catch(() => undefined);
      if (!ended.aborted && this.#done === before) emit({ type: 'waiting', done: before, total });
    }
  }
}
