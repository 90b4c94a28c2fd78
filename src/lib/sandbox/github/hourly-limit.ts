import type { SandboxClock } from '../clock.ts';

const HOUR_MS = 3_600_000;

/** What GitHub tells about its limit with every answer. */
export interface HourlyUse {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When it begins anew, in seconds since the epoch. */
  readonly reset: number;
}

/** Counts requests by who asks, hour by hour of the sandbox's time. */
export class HourlyLimit {
  readonly #clock: SandboxClock;
  readonly #users = new Map<string, { used: number; resetAt: number }>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Takes one request, if there is one left; `allowed` says whether there was. */
  take(user: string, limit: number): HourlyUse & { readonly allowed: boolean } {
    const counted = this.#counted(user);
    const allowed = counted.used < limit;
    if (allowed) counted.used += 1;
    return { ...this.#use(counted, limit), allowed };
  }

  /** Gives one back: an answer that nothing has changed costs nothing. */
  giveBack(user: string, limit: number): HourlyUse {
    const counted = this.#counted(user);
    counted.used -= 1;
    return this.#use(counted, limit);
  }

  /** How it stands, without taking one. */
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
