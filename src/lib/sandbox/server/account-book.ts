/** An account of the server. */
export interface AccountRecord {
  readonly login: string;
  readonly name: string | null;
  readonly createdAt: Date;
  signInCount: number;
  suspended: boolean;
  adminScopes: readonly string[];
  signedInAt: Date | null;
}

/** The number of accounts in each state. */
export interface SeatCount {
  readonly active: number;
  readonly suspended: number;
  readonly inactive: number;
}

/** All accounts of the installation. Logins are case-insensitive, as on GitHub. */
export class AccountBook {
  readonly #accounts = new Map<string, AccountRecord>();

  get size(): number {
    return this.#accounts.size;
  }

  /** Returns all accounts in the order of their creation. */
  all(): readonly AccountRecord[] {
    return [...this.#accounts.values()];
  }

  /** Returns the logins in the order of creation. */
  logins(): readonly string[] {
    return this.all().map(({ login }) => login);
  }

  find(login: string): AccountRecord | undefined {
    return this.#accounts.get(login.toLowerCase());
  }

  add(account: AccountRecord): AccountRecord {
    this.#accounts.set(account.login.toLowerCase(), account);
    return account;
  }

  /** Deletes an account; returns whether it existed. */
  remove(login: string): boolean {
    return this.#accounts.delete(login.toLowerCase());
  }

  /**
   * Counts seats as the licence does: an account takes a seat if it has signed in and is not
   * suspended.
   */
  seats(): SeatCount {
    const count = { active: 0, suspended: 0, inactive: 0 };
    for (const { signInCount, suspended } of this.#accounts.values()) {
      if (signInCount === 0) count.inactive += 1;
      else if (suspended) count.suspended += 1;
      else count.active += 1;
    }
    return count;
  }
}
