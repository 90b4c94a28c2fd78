import type { Clock, Milliseconds } from '../clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts';

/** How much a server lets one user ask. */
export interface RateLimit {
  /** Requests that begin in any one second. */
  readonly perSecond: number;
  /** Requests that are under way at the same time. */
  readonly atOnce: number;
}

/** What CircleCI Server 3.x allows, by the overview of its documentation. */
const SERVER_RATE_LIMIT: RateLimit = { perSecond: 150, atOnce: 300 };

/** How many requests may go out without a pause between them; it makes up for timers that are late. */
const BURST = 5;

interface Caller {
  readonly go: () => void;
  gone: boolean;
}

/**
 * Lets callers through one after another, in the order in which they came: never more than
 * `perSecond` in any second, the first few at once. Time that passes unused is lost: after a stand
 * still nobody hurries.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #interval: Milliseconds;
  readonly #slack: Milliseconds;
  readonly #callers: Caller[] = [];
  /** When the next caller would be exactly on time; earlier by the slack is let through as well. */
  #due = 0;
  #running = false;

  constructor(clock: Clock, perSecond: number) {
    const burst = Math.max(1, Math.min(BURST, Math.floor(perSecond / 10)));
    this.#clock = clock;
    // What the burst takes is missing from the rest of the second.
    this.#interval = 1_000 / Math.max(perSecond - burst, 1);
    this.#slack = (burst - 1) * this.#interval;
  }

  /** Resolves when the caller may begin; rejects with the signal's reason. */
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
        // Clocks tell whole milliseconds.
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

/** Lets no more than so many callers be inside at once. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** The same client, kept under the limit on this clock. Every try of a request counts. */
export function paced(
  http: HttpClient,
  clock: Clock,
  limit: RateLimit = SERVER_RATE_LIMIT,
): HttpClient {
  const pace = new Pace(clock, limit.perSecond);
  const gate = new Gate(limit.atOnce);
  return {
    origin: http.origin,
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      await gate.enter();
      try {
        await pace.take(request.signal);
        return await http.request(request);
      } finally {
        gate.leave();
      }
    },
    close: () => http.close(),
  };
}
