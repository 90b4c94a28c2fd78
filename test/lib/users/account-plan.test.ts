import { describe, expect, it } from 'vitest';
import type { Account, Licensing } from '../../../src/lib/server/admin-api.ts';
import { planAccounts, type RequestedChange } from '../../../src/lib/users/account-plan.ts';
import { account, admin } from './people.ts';

const LICENSING: Licensing = {
  licensedSeats: 10,
  activeSeats: 9,
  suspendedSeats: 1,
  inactiveSeats: 1,
  requestedSeats: null,
  expiresAt: null,
};

function plan(requests: readonly RequestedChange[], accounts: readonly Account[], me = 'me') {
  return planAccounts(requests, { accounts, me, licensing: LICENSING });
}

describe('planAccounts', () => {
  const active = account('active');
  const gone = account('gone', { suspended: true });
  const fresh = account('fresh', { signInCount: 0, suspended: true });
  const all = [admin('me'), active, gone, fresh];

  it('includes only accounts that change, and counts the seats', () => {
    const made = plan(
      [
        { account: active, suspended: true },
        { account: gone, suspended: true },
      ],
      all,
    );
    expect(made.changes).toMatchObject([
      { login: 'active', state: 'active', stateThen: 'suspended', suspendedThen: true },
    ]);
    expect(made.asWished).toEqual(['gone']);
    expect(made.seats).toEqual({ freed: 1, licensed: 10, usedNow: 9, usedThen: 8 });
  });

  it('counts a seat for a returning user, and none for one who never signed in', () => {
    const made = plan(
      [gone, fresh].map((one) => ({ account: one, suspended: false })),
      all,
    );
    expect(made.changes.map(({ stateThen }) => stateThen)).toEqual(['active', 'inactive']);
    expect(made.seats).toMatchObject({ freed: -1, usedThen: 10 });
    expect(made.warnings).toEqual([]);
  });

  it('warns if seats run out, and if administrators are suspended', () => {
    const many = ['a', 'b'].map((login) => account(login, { suspended: true }));
    const over = plan(
      many.map((one) => ({ account: one, suspended: false })),
      [...all, ...many],
    );
    expect(over.warnings).toEqual(['This takes more seats than the licence has: 11 of 10.']);
    const boss = admin('boss');
    const suspended = plan([{ account: boss, suspended: true }], [...all, boss]);
    expect(suspended.warnings).toEqual(['The accounts include administrators: boss.']);
  });

  it('does not know the seats if a state is unknown', () => {
    const untold = account('untold', { signInCount: null });
    const made = plan([{ account: untold, suspended: true }], [...all, untold]);
    expect(made.seats).toMatchObject({ freed: null, usedThen: null });
  });

  it('refuses to change the token owner’s own account, ignoring case', () => {
    for (const request of [{ suspended: true }, { role: 'none' as const }]) {
      const [me = admin('me')] = all;
      expect(() => plan([{ account: me, ...request }], [...all, admin('other')], 'ME')).toThrow(
        expect.objectContaining({ kind: 'refused', code: 'OWN_ACCOUNT' }),
      );
      expect(plan([{ account: me, suspended: false }], all).changes).toEqual([]);
    }
  });

  it('refuses to remove the last administrator', () => {
    const [one, two] = [admin('one'), admin('two')];
    const here = [one, two, admin('out', { suspended: true }), active];
    expect(plan([{ account: one, role: 'none' }], here).changes).toHaveLength(1);
    expect(() =>
      plan(
        [
          { account: one, role: 'read-settings' },
          { account: two, suspended: true },
        ],
        here,
      ),
    ).toThrow(
      expect.objectContaining({
        kind: 'refused',
        code: 'LAST_ADMIN',
        message: 'No administrator would be left without one, two',
      }),
    );
  });
});
