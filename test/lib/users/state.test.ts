import { describe, expect, it } from 'vitest';
import { roleOf } from '../../../src/lib/server/role.ts';
import { accountRole, accountState, seatsTaken, stateText } from '../../../src/lib/users/state.ts';
import { account } from './people.ts';

describe('accountState', () => {
  it.each([
    [1, false, 'active', 'Active'],
    [1, true, 'suspended', 'Suspended'],
    [0, true, 'suspended-new', 'Suspended New'],
    [0, false, 'inactive', 'Inactive'],
    [null, false, null, 'unknown'],
    [null, true, null, 'unknown'],
  ] as const)('of %j sign-ins and suspended %j is %j', (signInCount, suspended, state, text) => {
    expect(accountState({ signInCount, suspended })).toBe(state);
    expect(stateText(state)).toBe(text);
  });
});

describe('accountRole', () => {
  it.each([
    [['write-settings', 'none'], 'admin', 'write-settings'],
    [['all'], 'admin', 'write-settings'],
    [['read-settings', 'view-builds'], 'read-only-admin', 'read-settings'],
    [['none'], 'normal', 'none'],
    [[], 'normal', 'none'],
  ] as const)('of %j is %j', (adminScopes, role, scope) => {
    expect(accountRole({ adminScopes })).toBe(role);
    expect(roleOf({ adminScopes })).toBe(scope);
  });
});

describe('seatsTaken', () => {
  it('counts only active accounts, and returns null if a state is unknown', () => {
    const some = [
      account('a'),
      account('b', { suspended: true }),
      account('c', { signInCount: 0 }),
    ];
    expect(seatsTaken(some)).toBe(1);
    expect(seatsTaken([...some, account('d', { signInCount: null })])).toBeNull();
  });
});
