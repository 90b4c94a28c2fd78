import type { Clock, Milliseconds } from '../clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts';
import { Semaphore } from '../semaphore.ts';

/** The request rate that a server allows one user. */
export interface RateLimit {
  /** Maximum number of requests started in any one second. */
  readonly perSecond: number;
  /** Maximum number of requests in progress at the same time. */
  readonly atOnce: number;
}

/** The limit of CircleCI Server 3.x, from the overview of its documentation. */
const SERVER_RATE_LIMIT: RateLimit = { perSecond: 150, atOnce: 300 };

/**
 * How many requests may start without a pause in between. It compensates for timers that fire late.
 */
const MAX_BURST = 5;

interface Caller {
  readonly go: () => void;
  gone: boolean;
}

/**
 * Admits callers one by one in order of arrival: the first few immediately, and never more than
 * `perSecond` in any second. Unused time does not accumulate, so there is no rush after a pause.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #interval: Milliseconds;
  readonly #slack: Milliseconds;
  readonly #callers: Caller[] = [];
  /** When the next caller is due, in epoch milliseconds; it may start earlier by the slack. */
  #due = 0;
  #running = false;

  constructor(clock: Clock, perSecond: number) {
    const burst = Math.max(1, Math.min(MAX_BURST, Math.floor(perSecond / 10)));
    this.#clock = clock;
    // The burst counts towards the limit, so fewer requests remain for the rest of the second.
    this.#interval = 1_000 / Math.max(perSecond - burst, 1);
    this.#slack = (burst - 1) * this.#interval;
  }

  /** Resolves when the caller may start; rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (): void => {
        caller.gone = true;
        reject(signal?.reason);
      };
      const caller: Caller = {
        gone: false,
        go: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#callers.push(caller);
      if (!this.#running) this.#run().catch(reject);
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      while (this.#callers[0]?.gone) this.#callers.shift();
      const [caller] = this.#callers;
      if (!caller) break;
      const now = this.#clock.now().getTime();
      const wait = this.#due - this.#slack - now;
      if (wait > 0) {
        // The clock has a resolution of whole milliseconds.
        await this.#clock.sleep(Math.ceil(wait));
        continue;
      }
      this.#due = Math.max(this.#due, now) + this.#interval;
      this.#callers.shift();
      caller.go();
    }
    this.#running = false;
  }
}

/** Wraps a client so that it stays within the rate limit. Every retry counts as a request. */
export function rateLimited(
  http: HttpClient,
  clock: Clock,
  limit: RateLimit = SERVER_RATE_LIMIT,
): HttpClient {
  const pace = new RateLimiter(clock, limit.perSecond);
  const slots = new Semaphore(limit.atOnce);
  return {
    origin: http.origin,
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      await slots.acquire(request.signal);
      try {
        await pace.take(request.signal);
        return await http.request(request);
      } finally {
        slots.release();
      }
    },
    close: () => http.close(),
  };
}
