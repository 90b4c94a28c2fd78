import type { SandboxClock } from '../clock.ts';
import type { RequestLimit } from './scenario.ts';

const WINDOW_MS = 1_000;

/** Counts each user's requests in the last second and in progress. */
export class RequestCounter {
  readonly #clock: SandboxClock;
  readonly #users = new Map<string, { begun: number[]; open: number }>();
  /** Null for no limit. */
  limit: RequestLimit | null;

  constructor(clock: SandboxClock, limit: RequestLimit | null) {
    this.#clock = clock;
    this.limit = limit;
  }

  /**
   * Counts a request; null if the limit is reached. The caller must call the returned function once
   * the request has been answered.
   */
  enter(login: string): (() => void) | null {
    const { limit } = this;
    if (limit === null) return () => undefined;
    const user = this.#users.get(login) ?? { begun: [], open: 0 };
    this.#users.set(login, user);
    const now = this.#clock.nowMs();
    const first = user.begun.findIndex((at) => at > now - WINDOW_MS);
    user.begun.splice(0, first === -1 ? user.begun.length : first);
    if (user.begun.length >= limit.perSecond || user.open >= limit.atOnce) return null;
    user.begun.push(now);
    user.open += 1;
    return () => {
      user.open -= 1;
    };
  }
}
