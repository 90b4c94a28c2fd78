import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { Masker } from '../../masking.ts';
import { formatDuration } from '../../units.ts';
import type { Evidence } from '../snapshot/evidence.ts';

/** The context of a request. */
export interface RequestContext {
  /** Aborted when the service has exceeded its limit, or the operator cancels. */
  readonly signal: AbortSignal;
  /** Reports received data, so that a long response is not taken for silence. */
  readonly onProgress: () => void;
}

/** The options of a {@link ServiceTimeLimit}. */
export interface TimeLimitOptions {
  /** The name of the service in messages. */
  readonly name: string;
  readonly clock: Clock;
  /** How long the service may send nothing during a request. */
  readonly limitMs: Milliseconds;
  readonly masker: Masker;
  /** The operator's signal. */
  readonly signal: AbortSignal;
}

/** The maximum total time for a service that keeps sending data, as a multiple of its limit. */
const MAX_LIMITS = 12;

/**
 * The time limit of a service. The limit starts with the first request, and starts again whenever
 * the service sends data. When it has passed, all requests are aborted and no more are made, so
 * that a service that does not respond delays the result only once. A service that sends data very
 * slowly is given up after {@link MAX_LIMITS} limits.
 */
export class ServiceTimeLimit {
  readonly #options: TimeLimitOptions;
  readonly #ended = new AbortController();
  /** Aborted with all requests. */
  readonly #signal: AbortSignal;
  #openRequests = 0;
  #lastProgressAt = 0;
  #firstRequestAt: number | null = null;
  #idle = new AbortController();

  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#ended.signal]);
  }

  /**
   * Makes a request. Returns a failure as evidence.
   *
   * @throws the reason of the operator's signal, and any error other than an AdminError, which is a
   *   bug
   */
  async ask<T>(work: (context: RequestContext) => Promise<T>): Promise<Evidence<T>> {
    const { clock, signal, masker } = this.#options;
    const startedAt = clock.now().getTime();
    const took = (): Milliseconds => Math.max(0, clock.now().getTime() - startedAt);
    signal.throwIfAborted();
    this.#begin();
    try {
      this.#signal.throwIfAborted();
      const context = { signal: this.#signal, onProgress: () => this.#onProgress() };
      const value = await orAborted(work(context), this.#signal);
      this.#onProgress();
      return { status: 'known', value, tookMs: took() };
    } catch (error) {
      signal.throwIfAborted();
      const timedOut = this.#ended.signal.aborted;
      const cause: unknown = timedOut ? this.#ended.signal.reason : error;
      if (!isAdminError(cause)) throw cause;
      if (!timedOut) this.#onProgress();
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

  #onProgress(): void {
    this.#lastProgressAt = this.#options.clock.now().getTime();
  }

  #begin(): void {
    this.#openRequests += 1;
    if (this.#openRequests > 1 || this.#ended.signal.aborted) return;
    this.#onProgress();
    this.#idle = new AbortController();
    // The watch fails only when it is aborted after the last request.
    this.#watch(this.#idle.signal).catch(() => undefined);
  }

  #end(): void {
    this.#openRequests -= 1;
    if (this.#openRequests === 0) this.#idle.abort();
  }

  async #watch(idle: AbortSignal): Promise<void> {
    const { clock, limitMs } = this.#options;
    const now = (): number => clock.now().getTime();
    this.#firstRequestAt ??= now();
    const lastMoment = this.#firstRequestAt + limitMs * MAX_LIMITS;
    const left = (): Milliseconds => Math.min(this.#lastProgressAt + limitMs, lastMoment) - now();
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
    const allMs = limitMs * MAX_LIMITS;
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

/** Settles with the work or when the signal aborts, because not all work observes the signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
