import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReconcileRequest, reconcile } from '../../../src/lib/users/reconcile.ts';
import { reconcileWarnings } from '../../../src/lib/users/reconcile-view.ts';
import { account, admin } from './people.ts';

const BOTH: ReconcileRequest = {
  suspend: true,
  activate: true,
  me: 'me',
  keep: [],
  includeAdmins: false,
  includeMachineUsers: false,
};

const ACCOUNTS = [
  admin('me'),
  admin('boss'),
  account('Member'),
  account('leaver'),
  account('back', { suspended: true }),
  account('away', { suspended: true }),
  account('deploy-bot'),
  account('vip-1'),
];
const MEMBERS = ['member', 'BACK', 'newcomer'];

function logins(request: Partial<ReconcileRequest> = {}) {
  const { requests, ...rest } = reconcile(ACCOUNTS, MEMBERS, { ...BOTH, ...request });
  const of = (suspended: boolean) =>
    requests
      .filter((request) => request.suspended === suspended)
      .map((request) => request.account.login);
  return { suspends: of(true), activates: of(false), ...rest };
}

describe('reconcile', () => {
  it('suspends those who are not members and activates members, ignoring case', () => {
    const plan = logins({ keep: ['vip-*'] });
    expect(plan).toMatchObject({ suspends: ['leaver'], activates: ['back'], matching: 1 });
    expect(plan.withoutAccount).toEqual(['newcomer']);
    expect(plan.left).toEqual([
      { login: 'boss', why: 'an administrator (--include-admins)' },
      { login: 'deploy-bot', why: 'seems to be a machine user (--include-machine-users)' },
      { login: 'me', why: 'your own account' },
      { login: 'vip-1', why: 'kept by --keep' },
    ]);
  });

  it('obeys the direction, and includes administrators and machine users on request', () => {
    expect(logins({ activate: false })).toMatchObject({
      suspends: ['leaver', 'vip-1'],
      activates: [],
      left: expect.arrayContaining([{ login: 'back', why: 'suspended, and a member' }]),
    });
    expect(logins({ suspend: false })).toMatchObject({
      suspends: [],
      activates: ['back'],
      left: [],
    });
    expect(logins({ includeAdmins: true, includeMachineUsers: true }).suspends).toEqual([
      'boss',
      'deploy-bot',
      'leaver',
      'vip-1',
    ]);
  });

  it('never changes the operator, an active member, or a suspended account of a non-member', () => {
    const letters = fc.constantFrom<string>('a', 'B', 'c', 'D', 'me');
    const accounts = fc.uniqueArray(
      fc.record({ login: letters, suspended: fc.boolean(), admin: fc.boolean() }),
      { selector: ({ login }) => login },
    );
    fc.assert(
      fc.property(accounts, fc.uniqueArray(letters), fc.boolean(), (specs, members, admins) => {
        const all = specs.map(({ login, suspended, admin: isAdmin }) =>
          (isAdmin ? admin : account)(login, { suspended }),
        );
        const { requests } = reconcile(
          all,
          members.map((one) => one.toUpperCase()),
          {
            ...BOTH,
            includeAdmins: admins,
          },
        );
        for (const { account: one, suspended } of requests) {
          expect(one.suspended).toBe(!suspended);
          expect(members.includes(one.login)).toBe(!suspended);
          if (suspended) expect(one.login).not.toBe('me');
        }
      }),
    );
  });
});

describe('reconcileWarnings', () => {
  it('warns about a list that suspends most accounts, or matches none', () => {
    const accounts = [admin('me'), account('a'), account('b'), account('c')];
    expect(reconcileWarnings(reconcile(accounts, ['x'], BOTH), accounts)).toEqual([
      'This suspends 3 of 4 accounts: check that the list is the right one.',
      'No account belongs to a member: check that the list is the right one.',
      '1 member has no account: x.',
    ]);
    expect(reconcileWarnings(reconcile(accounts, ['a', 'b', 'c'], BOTH), accounts)).toEqual([]);
  });
});
