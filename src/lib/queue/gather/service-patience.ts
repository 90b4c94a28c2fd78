import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { Masker } from '../../masking.ts';
import { formatDuration } from '../../units.ts';
import type { Evidence } from '../snapshot/evidence.ts';

/** What a part is asked under. */
export interface Asking {
  /** Aborted when the service has used up its limit, or the operator has had enough. */
  readonly signal: AbortSignal;
  /** Says that the service has given something, so that what is long is not taken for silence. */
  readonly heard: () => void;
}

/** What a {@link ServicePatience} is made from. */
export interface PatienceOptions {
  /** As messages call the service. */
  readonly name: string;
  readonly clock: Clock;
  /** How long it may give nothing at all while something is asked. */
  readonly limitMs: Milliseconds;
  readonly masker: Masker;
  /** The operator's. */
  readonly signal: AbortSignal;
}

/** A service that keeps giving a little is waited for no longer than so many limits in all. */
const LIMITS_IN_ALL = 12;

/**
 * How long one service is waited for. The limit starts with the first request, and starts again with
 * everything that the service sends. When it is over, all requests end at once and no more are made:
 * a service that does not answer costs its limit once. One that only trickles is given up as well,
 * after {@link LIMITS_IN_ALL} limits.
 */
export class ServicePatience {
  readonly #options: PatienceOptions;
  readonly #ended = new AbortController();
  /** Ends with everything that is asked. */
  readonly #signal: AbortSignal;
  #asked = 0;
  #heardAt = 0;
  #firstAskedAt: number | null = null;
  #idle = new AbortController();

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#ended.signal]);
  }

  /**
   * Asks for one thing. What fails is evidence too.
   *
   * @throws the reason of the operator's signal, and whatever is no AdminError: that is a bug
   */
  async ask<T>(work: (asking: Asking) => Promise<T>): Promise<Evidence<T>> {
    const { clock, signal, masker } = this.#options;
    const startedAt = clock.now().getTime();
    const took = (): Milliseconds => Math.max(0, clock.now().getTime() - startedAt);
    signal.throwIfAborted();
    this.#begin();
    try {
      this.#signal.throwIfAborted();
      const asking = { signal: this.#signal, heard: () => this.#heard() };
      const value = await orAborted(work(asking), this.#signal);
      this.#heard();
      return { status: 'known', value, tookMs: took() };
    } catch (error) {
      signal.throwIfAborted();
      const timedOut = this.#ended.signal.aborted;
      const cause: unknown = timedOut ? this.#ended.signal.reason : error;
      if (!isAdminError(cause)) throw cause;
      if (!timedOut) this.#heard();
      const { kind, code, message, hint = null } = cause;
      const failure = {
        kind,
        code,
        message: masker.mask(message),
        hint: hint === null ? null : masker.mask(hint),
      };
      return { status: 'failed', failure, timedOut, tookMs: took() };
    } finally {
      this.#end();
    }
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.now().getTime();
  }

  #begin(): void {
    this.#asked += 1;
    if (this.#asked > 1 || this.#ended.signal.aborted) return;
    this.#heard();
    this.#idle = new AbortController();
    // The watch ends with what is asked, which is its one way to fail.
    this.#watch(this.#idle.signal).catch(() => undefined);
  }

  #end(): void {
    this.#asked -= 1;
    if (this.#asked === 0) this.#idle.abort();
  }

  async #watch(idle: AbortSignal): Promise<void> {
    const { clock, limitMs } = this.#options;
    const now = (): number => clock.now().getTime();
    this.#firstAskedAt ??= now();
    const lastMoment = this.#firstAskedAt + limitMs * LIMITS_IN_ALL;
    const left = (): Milliseconds => Math.min(this.#heardAt + limitMs, lastMoment) - now();
    for (let rest = left(); rest > 0; rest = left()) await clock.sleep(rest, idle);
    this.#ended.abort(now() < lastMoment ? this.#silent() : this.#slow());
  }

  #silent(): AdminError {
    const { name, limitMs } = this.#options;
    return new AdminError('timeout', `${name} timed out after ${formatDuration(limitMs)}`, {
      code: 'NO_ANSWER',
      hint: 'It is slow or hangs, or a firewall drops the traffic. To wait longer: --limit 60s',
    });
  }

  #slow(): AdminError {
    const { name, limitMs } = this.#options;
    const allMs = limitMs * LIMITS_IN_ALL;
    return new AdminError(
      'timeout',
      `${name} had not sent everything after ${formatDuration(allMs)}`,
      {
        code: 'SLOW_ANSWER',
        hint: 'It answers, but slowly. To read less: --since 5m; to wait longer: --limit 60s',
      },
    );
  }
}

/** The work's end, or the signal's reason: not everything that is asked heeds a signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
