import type { SandboxClock } from '../clock.ts';

const HOUR_MS = 3_600_000;

/** The rate limit values that GitHub returns with every response. */
export interface HourlyUse {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When the limit resets, in seconds since the epoch. */
  readonly reset: number;
}

/** Counts requests per user and hour, in sandbox time. */
export class HourlyLimit {
  readonly #clock: SandboxClock;
  readonly #users = new Map<string, { used: number; resetAt: number }>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Counts a request unless the limit is reached; `allowed` is false if it is. */
  take(user: string, limit: number): HourlyUse & { readonly allowed: boolean } {
    const counted = this.#counted(user);
    const allowed = counted.used < limit;
    if (allowed) counted.used += 1;
    return { ...this.#use(counted, limit), allowed };
  }

  /** Refunds a request, because a response without changes (304) is free. */
  refund(user: string, limit: number): HourlyUse {
    const counted = this.#counted(user);
    counted.used -= 1;
    return this.#use(counted, limit);
  }

  /** Returns the current values without counting a request. */
  use(user: string, limit: number): HourlyUse {
    return this.#use(this.#counted(user), limit);
  }

  #counted(user: string): { used: number; resetAt: number } {
    const now = this.#clock.nowMs();
    const known = this.#users.get(user);
    if (known && known.resetAt > now) return known;
    const fresh = { used: 0, resetAt: now + HOUR_MS };
    this.#users.set(user, fresh);
    return fresh;
  }

  #use({ used, resetAt }: { used: number; resetAt: number }, limit: number): HourlyUse {
    const reset = Math.ceil(resetAt / 1_000);
    return { limit, used, remaining: Math.max(0, limit - used), reset };
  }
}
