import { AdminError } from '../../../src/lib/errors.ts';
import type { Account, AdminRole } from '../../../src/lib/server/admin-api.ts';

/** The current time in the tests. */
export const NOW = new Date('2026-03-02T09:00:00Z');

/** Returns the time this number of days before {@link NOW}. */
export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 86_400_000);
}

/** An account that signed in yesterday, with the given differences. */
export function account(login: string, otherwise: Partial<Account> = {}): Account {
  return {
    login,
    name: null,
    email: null,
    signInCount: 3,
    suspended: false,
    adminScopes: ['none'],
    createdAt: daysAgo(400),
    lastSignInAt: daysAgo(1),
    ...otherwise,
  };
}

/** An administrator. */
export function admin(login: string, otherwise: Partial<Account> = {}): Account {
  return account(login, { adminScopes: ['write-settings'], ...otherwise });
}

/** The accounts of a server in memory; its calls can be made to fail. */
export class FakeServer {
  readonly #accounts: Map<string, Account>;
  /** Logins in the order of the changes. */
  readonly written: string[] = [];
  /** Called before each change; may throw to make it fail. */
  beforeWrite: (login: string) => Promise<void> | void = () => undefined;
  /** Called before each list. */
  beforeList: () => void = () => undefined;

  constructor(accounts: readonly Account[]) {
    this.#accounts = new Map(accounts.map((one) => [one.login, one]));
  }

  async accounts(): Promise<readonly Account[]> {
    this.beforeList();
    return [...this.#accounts.values()];
  }

  setSuspended(login: string, suspended: boolean): Promise<Account> {
    return this.#write(login, { suspended });
  }

  setAdminRole(login: string, role: AdminRole): Promise<Account> {
    return this.#write(login, { adminScopes: [role] });
  }

  /** Logins of the suspended accounts. */
  suspended(): readonly string[] {
    return [...this.#accounts.values()].filter((one) => one.suspended).map(({ login }) => login);
  }

  /** Changes an account as another administrator would. */
  set(login: string, change: Partial<Account>): void {
    const before = this.#accounts.get(login);
    if (before) this.#accounts.set(login, { ...before, ...change });
  }

  async #write(login: string, change: Partial<Account>): Promise<Account> {
    await this.beforeWrite(login);
    this.written.push(login);
    this.set(login, change);
    return this.#accounts.get(login) ?? account(login);
  }
}

/** The error of an unreachable server. */
export function unreachable(): AdminError {
  return new AdminError('service', 'Cannot reach the server', { code: 'UNREACHABLE' });
}
