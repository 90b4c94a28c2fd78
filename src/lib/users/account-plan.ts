import { AdminError } from '../errors.ts';
import type { Account, AdminRole, Licensing } from '../server/admin-api.ts';
import { roleOf } from '../server/role.ts';
import { type AccountState, accountState, isAdmin, loginKey, seatsTaken } from './state.ts';

/** The requested state of an account; omitted fields stay unchanged. */
export interface RequestedChange {
  readonly account: Account;
  readonly suspended?: boolean;
  readonly role?: AdminRole;
}

/** One account of a plan, now and after the change. */
export interface AccountChange {
  readonly login: string;
  readonly name: string | null;
  readonly state: AccountState | null;
  readonly stateThen: AccountState | null;
  readonly suspended: boolean;
  readonly suspendedThen: boolean;
  readonly role: AdminRole;
  readonly roleThen: AdminRole;
}

/** An account that is deliberately not changed, with the reason. */
export interface SkippedAccount {
  readonly login: string;
  readonly why: string;
}

/** The effect of a plan on the seats of the licence; null if unknown. */
export interface SeatEffect {
  /** Negative if the change takes seats. */
  readonly freed: number | null;
  readonly licensed: number | null;
  readonly usedNow: number | null;
  readonly usedThen: number | null;
}

/** A planned change of accounts. */
export interface AccountPlan {
  /** The accounts to change. */
  readonly changes: readonly AccountChange[];
  /** Logins of the accounts that already have the requested state. */
  readonly asWished: readonly string[];
  readonly left: readonly SkippedAccount[];
  readonly seats: SeatEffect;
  readonly warnings: readonly string[];
}

/** The state of the server that a plan is based on. */
export interface PlanContext {
  /** All accounts of the server. */
  readonly accounts: readonly Account[];
  /** Login of the owner of the token. */
  readonly me: string;
  /** Null if it could not be read. */
  readonly licensing: Licensing | null;
  readonly left?: readonly SkippedAccount[];
  readonly warnings?: readonly string[];
}

/**
 * Computes the plan; pure. A plan never suspends or demotes the operator, or the last
 * administrator.
 *
 * @throws AdminError of kind `refused` (OWN_ACCOUNT, LAST_ADMIN)
 */
export function planAccounts(
  requests: readonly RequestedChange[],
  context: PlanContext,
): AccountPlan {
  const all = requests.map(accountChange);
  const changes = all.filter(isChange);
  refuseOneself(changes, context.me);
  refuseLastAdmin(changes, context.accounts);
  const seats = seatEffect(changes, context.licensing);
  return {
    changes,
    asWished: all.filter((change) => !isChange(change)).map(({ login }) => login),
    left: context.left ?? [],
    seats,
    warnings: [...(context.warnings ?? []), ...planWarnings(changes, seats)],
  };
}

/** Returns whether the account changes at all. */
function isChange(change: AccountChange): boolean {
  return change.suspended !== change.suspendedThen || change.role !== change.roleThen;
}

function accountChange({ account, suspended, role }: RequestedChange): AccountChange {
  const suspendedThen = suspended ?? account.suspended;
  return {
    login: account.login,
    name: account.name,
    state: accountState(account),
    stateThen: accountState({ ...account, suspended: suspendedThen }),
    suspended: account.suspended,
    suspendedThen,
    role: roleOf(account),
    roleThen: role ?? roleOf(account),
  };
}

function refuseOneself(changes: readonly AccountChange[], me: string): void {
  const own = changes.find(({ login }) => loginKey(login) === loginKey(me));
  if (!own) return;
  throw new AdminError('refused', `${own.login} is the account of your own token`, {
    code: 'OWN_ACCOUNT',
    hint: 'Remove it from the list, or ask another administrator to do it. Nothing was changed.',
  });
}

function refuseLastAdmin(changes: readonly AccountChange[], accounts: readonly Account[]): void {
  const byLogin = new Map(changes.map((change) => [change.login, change]));
  const then = accounts.filter((account) => {
    const change = byLogin.get(account.login);
    if (!change) return isAdmin(account) && !account.suspended;
    return change.roleThen === 'write-settings' && !change.suspendedThen;
  });
  const now = accounts.filter((account) => isAdmin(account) && !account.suspended);
  if (then.length > 0 || now.length === 0) return;
  const logins = now.map(({ login }) => login).join(', ');
  throw new AdminError('refused', `No administrator would be left without ${logins}`, {
    code: 'LAST_ADMIN',
    hint: 'Make another account an administrator first: circleci-admin users admin grant LOGIN. Nothing was changed.',
  });
}

function seatEffect(changes: readonly AccountChange[], licensing: Licensing | null): SeatEffect {
  const now = seatsTaken(changes.map(({ suspended, state }) => seatFacts(state, suspended)));
  const then = seatsTaken(changes.map((one) => seatFacts(one.stateThen, one.suspendedThen)));
  const freed = now === null || then === null ? null : now - then;
  const usedNow = licensing?.activeSeats ?? null;
  return {
    freed,
    licensed: licensing?.licensedSeats ?? null,
    usedNow,
    usedThen: usedNow === null || freed === null ? null : usedNow - freed,
  };
}

function seatFacts(
  state: AccountState | null,
  suspended: boolean,
): { readonly signInCount: number | null; readonly suspended: boolean } {
  if (state === null) return { signInCount: null, suspended };
  return { signInCount: state === 'active' || state === 'suspended' ? 1 : 0, suspended };
}

function planWarnings(changes: readonly AccountChange[], seats: SeatEffect): readonly string[] {
  const admins = changes.filter((one) => one.suspendedThen && one.role !== 'none');
  const { licensed, usedThen } = seats;
  const tooMany = licensed !== null && usedThen !== null && usedThen > licensed;
  return [
    ...(admins.length === 0
      ? []
      : [`The accounts include administrators: ${admins.map(({ login }) => login).join(', ')}.`]),
    ...(tooMany && (seats.freed ?? 0) < 0
      ? [`This takes more seats than the licence has: ${usedThen} of ${licensed}.`]
      : []),
  ];
}
