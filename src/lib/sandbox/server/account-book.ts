/** An account as the server keeps it. */
export interface AccountRecord {
  readonly login: string;
  readonly name: string | null;
  readonly createdAt: Date;
  signInCount: number;
  suspended: boolean;
  adminScopes: readonly string[];
  signedInAt: Date | null;
}

/** How many accounts are in which state. */
export interface SeatCount {
  readonly active: number;
  readonly suspended: number;
  readonly inactive: number;
}

/** Every account of the installation. Logins are told apart as GitHub does: not by their case. */
export class AccountBook {
  readonly #accounts = new Map<string, AccountRecord>();

  get size(): number {
    return this.#accounts.size;
  }

  /** In the order in which they came. */
  all(): readonly AccountRecord[] {
    return [...this.#accounts.values()];
  }

  /** The logins, in the same order. */
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

  /** Whether there was such an account. */
  remove(login: string): boolean {
    return this.#accounts.delete(login.toLowerCase());
  }

  /** As the licence counts them: a seat is for who signed in once and is not suspended. */
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
