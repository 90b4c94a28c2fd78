import { describe, expect, it } from 'vitest';
import { startRig } from './rig.ts';

describe('users list', () => {
  it('lists 5,000 accounts in one request, as TSV, CSV and JSON', async () => {
    const rig = await startRig({ users: 5_000 });
    rig.sandbox.calls.reset();
    const piped = await rig.run(['users', 'list']);
    expect(piped.exitCode).toBe(0);
    expect(rig.sandbox.calls.recent().map(({ path }) => path)).toEqual(['/api/v1/admin/users']);
    const lines = piped.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5_000);
    expect(new Set(lines.map((line) => line.split('\t').length))).toEqual(new Set([10]));
    const csv = await rig.run(['users', 'list', '-o', 'csv', '--columns', 'login,name,state']);
    expect(csv.stdout.split('\r\n')[0]).toBe('login,name,state');
    const { accounts } = JSON.parse((await rig.run(['users', 'list', '--json'])).stdout);
    expect(accounts).toHaveLength(5_000);
    const own = accounts.find(({ login }: { login: string }) => login === 'sandbox-admin');
    expect(Object.keys(own)).toEqual([
      'login',
      'name',
      'email',
      'state',
      'role',
      'suspended',
      'takesSeat',
      'signInCount',
      'adminScopes',
      'createdAt',
      'lastSignInAt',
    ]);
    expect(own).toMatchObject({ state: 'active', role: 'admin', takesSeat: true });
  });

  it('filters by state, role and name', async () => {
    const rig = await startRig({
      users: 0,
      accounts: [
        { login: 'new-1', signInCount: 0, suspended: true, name: 'Zoë New' },
        { login: 'idle-1', signInCount: 0 },
        { login: 'out-1', suspended: true },
      ],
    });
    const logins = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await rig.run(['users', 'list', ...words, '--columns', 'login']);
      return stdout.trimEnd().split('\n').filter(Boolean);
    };
    expect(await logins('--state', 'suspended,suspended-new')).toEqual(['new-1', 'out-1']);
    expect(await logins('--state', 'inactive')).toEqual(['idle-1']);
    expect(await logins('--admin')).toEqual(['sandbox-admin', 'sandbox-reader']);
    expect(await logins('--match', '*-1', '--state', 'suspended')).toEqual(['out-1']);
    expect(await logins('--match', 'zoë')).toEqual(['new-1']);
    expect(await logins('--match', 'nobody')).toEqual([]);
    const shown = await rig.run(['users', 'list', '--admin'], { tty: true, columns: 100 });
    expect(shown.stdout).toContain('2 of 6 accounts shown.');
    expect(shown.stdout).toContain('3 take a seat.');
  });

  it('shows accounts without a sign-in or build, and the newest build', async () => {
    const rig = await startRig({
      users: 0,
      accounts: [
        { login: 'pusher', signedInDaysAgo: 200, builtDaysAgo: 2 },
        { login: 'gone', signedInDaysAgo: 200, builtDaysAgo: 120 },
      ],
    });
    const words = ['users', 'list', '--inactive-for', '60d', '--json'];
    const { accounts } = JSON.parse((await rig.run(words)).stdout);
    expect(accounts).toMatchObject([{ login: 'gone', activity: 'idle' }]);
    const one = await rig.run(['users', 'show', 'PUSHER', '--json']);
    expect(JSON.parse(one.stdout)).toMatchObject({
      login: 'pusher',
      lastBuildAt: expect.stringMatching(/^2026-02-2/),
    });
  });

  it('lists the logins through the nREPL', async () => {
    const rig = await startRig({ users: 12 });
    const { stdout, exitCode } = await rig.run(['users', 'list', '--source', 'repl']);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual(rig.sandbox.server.accounts.logins().toSorted());
  });
});

describe('users seats', () => {
  it('exits with 9 once the given share of seats is used', async () => {
    const rig = await startRig({ users: 40, seats: 40 });
    const { active } = rig.sandbox.server.accounts.seats();
    const { stdout } = await rig.run(['users', 'seats', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ licensed: 40, used: active, free: 40 - active });
    const percent = Math.floor((active / 40) * 100);
    expect((await rig.run(['users', 'seats', '--check', `${percent}`])).exitCode).toBe(9);
    expect((await rig.run(['users', 'seats', '--check', `${percent + 1}`])).exitCode).toBe(0);
  });
});
