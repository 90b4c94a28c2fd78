import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/lib/sandbox/faults.ts';
import { openLogins, type Rig, startRig } from './rig.ts';

/** Writes a file of logins. */
async function listFile({ directory }: Rig, logins: readonly string[]): Promise<string> {
  await writeFile(join(directory, 'leavers.txt'), `# leavers\n${logins.join('\n')}\n`);
  return 'leavers.txt';
}

const POST_USER = { service: 'server', method: 'POST', path: '/admin/user/' };
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
];

describe('users suspend', () => {
  it('suspends 1,000 accounts once each while one request in twenty fails', async () => {
    const rig = await startRig({ users: 5_000 });
    const leavers = openLogins(rig).slice(0, 1_000);
    const before = rig.suspended();
    for (let at = 0; at < 50; at += 1) {
      const fault = FAULTS[at % FAULTS.length] ?? { kind: 'reset' };
      rig.sandbox.faults.add({ ...POST_USER, fault, after: 19, times: 1 });
    }
    const from = await listFile(rig, leavers);
    const undo = ['--undo-file', 'undo.json'];
    const suspend = ['users', 'suspend', '--from', from, ...undo, '--yes', '--json'];
    const { stdout, stderr, exitCode } = await rig.run(suspend);
    expect(stderr).not.toContain('Error');
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.accounts).toHaveLength(1_000);
    expect(report).toMatchObject({ exitCode: 0, undoFile: join(rig.directory, 'undo.json') });
    expect(rig.suspended().toSorted()).toEqual([...before, ...leavers].toSorted());
    // A faulty request has no effect, so each change was carried out once.
    expect(rig.sandbox.calls.writes).toBe(1_000 + 50);

    const undone = await rig.run(['users', 'restore', 'undo.json', '--yes', '--json']);
    expect(undone.exitCode).toBe(0);
    expect(rig.suspended().toSorted()).toEqual(before.toSorted());
  });

  it('reports the correct state if the server fails halfway, and completes in a second run', async () => {
    const rig = await startRig({ users: 400 }, { rate: 60 });
    const leavers = openLogins(rig).slice(0, 200);
    const before = new Set(rig.suspended());
    const reset = { kind: 'reset' } as const;
    // The first 100 requests pass.
    rig.sandbox.faults.add({ ...POST_USER, fault: reset, after: 100 });
    const from = await listFile(rig, leavers);
    const words = [
      'users',
      'suspend',
      '--from',
      from,
      '--undo-file',
      'undo.json',
      '--yes',
      '--json',
    ];
    const first = await rig.run(words);
    expect(first.exitCode).toBe(10);
    const report: { accounts: { login: string; outcome: string; suspended: boolean }[] } =
      JSON.parse(first.stdout);
    const done = rig.suspended().filter((login) => !before.has(login));
    expect(done).toHaveLength(100);
    const changed = report.accounts.filter(({ outcome }) => outcome === 'changed');
    expect(changed.map(({ login }) => login).toSorted()).toEqual(done.toSorted());
    for (const one of report.accounts) expect(one.suspended).toBe(done.includes(one.login));

    rig.sandbox.faults.clear();
    rig.sandbox.calls.reset();
    const again = await rig.run(words);
    expect(again.exitCode).toBe(0);
    expect(rig.sandbox.calls.writes).toBe(100);
    const undo = JSON.parse(await readFile(join(rig.directory, 'undo.json'), 'utf8'));
    expect(undo.accounts).toHaveLength(200);
    const nothing = await rig.run(words);
    expect(nothing).toMatchObject({ exitCode: 0 });
    expect(nothing.stderr).toContain('Nothing to do: the accounts already have the wanted state.');
  });

  it('shows all logins and the seats before the confirmation, and changes nothing in a dry run', async () => {
    const rig = await startRig({ users: 30, seats: 40 });
    const [one = '', two = ''] = openLogins(rig);
    const { stderr, exitCode } = await rig.run(['users', 'suspend', one, two, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(new RegExp(`^${one} .*Active +Suspended$`, 'm'));
    expect(stderr).toMatch(new RegExp(`^${two} .*Active +Suspended$`, 'm'));
    expect(stderr).toMatch(/^Seats: 2 freed; \d+ of 40 used afterwards \(now \d+\)\.$/m);
    expect(rig.sandbox.calls.writes).toBe(0);
    const asked = await rig.run(['users', 'suspend', one]);
    expect(asked.exitCode).toBe(6);
    expect(asked.stderr).toContain('Suspend 1 account of');
  });

  it('counts builds as activity, and skips accounts with unknown activity', async () => {
    const rig = await startRig({
      users: 0,
      accounts: [
        { login: 'present' },
        { login: 'pusher', signedInDaysAgo: 200, builtDaysAgo: 2 },
        { login: 'gone', signedInDaysAgo: 200, builtDaysAgo: 120 },
        { login: 'deploy-bot', signedInDaysAgo: 200 },
      ],
    });
    const words = ['users', 'suspend', '--inactive-for', '60d', '--yes', '--json'];
    const { stdout, exitCode } = await rig.run(words);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).accounts).toMatchObject([{ login: 'gone', outcome: 'changed' }]);
    expect(rig.suspended()).toEqual(['gone']);

    const missing = { service: 'server', path: 'recent-builds' };
    rig.sandbox.faults.add({ ...missing, fault: { kind: 'status', status: 404 } });
    const blind = await rig.run(['users', 'suspend', '--inactive-for', '60d', '--yes']);
    expect(blind.exitCode).toBe(0);
    expect(blind.stderr).toMatch(/^pusher +activity is unknown: .*\(--include-unknown\)$/m);
    expect(blind.stderr).toContain('Nothing to do: every matching account is skipped.');
    expect(rig.suspended()).toEqual(['gone']);
    const told = await rig.run([...words, '--include-unknown', '--keep', 'push*']);
    expect(JSON.parse(told.stdout)).toMatchObject({ accounts: [] });
    await rig.run([...words, '--include-unknown']);
    expect(rig.suspended()).toEqual(['pusher', 'gone']);
  });

  it.each<[string, readonly string[], string | undefined, number, string]>([
    ['no account', [], undefined, 2, 'No account was named'],
    [
      'two ways to select accounts',
      ['ada', '--inactive-for', '3d'],
      undefined,
      2,
      'more than one way',
    ],
    ['an invalid login', ['@ada'], undefined, 2, '"@ada" is not a valid login'],
    ['an unknown login', ['nonesuch'], undefined, 5, 'no account "nonesuch"'],
    [
      "the token's own account",
      ['sandbox-developer', 'SANDBOX-ADMIN'],
      undefined,
      6,
      'your own token',
    ],
    ['a bad line', ['--from', '-'], 'sandbox-developer\n"; drop\n', 7, 'line 2: "\\"; drop"'],
    ['an empty list', ['--from', '-'], '\n# none\n', 7, 'standard input contains no logins'],
    ['a missing file', ['--from', 'nowhere.txt'], undefined, 2, 'nowhere.txt cannot be read'],
    ['a read-only profile', ['sandbox-developer', '--read-only'], undefined, 6, 'read-only'],
  ])('changes nothing with %s', async (_name, words, stdin, code, said) => {
    const rig = await startRig({ users: 10 });
    const options = stdin === undefined ? {} : { stdin };
    const { stderr, exitCode } = await rig.run(['users', 'suspend', ...words, '--yes'], options);
    expect(stderr).toContain(said);
    expect(exitCode).toBe(code);
    expect(rig.sandbox.calls.writes).toBe(0);
  });
});

describe('users activate', () => {
  it('activates a new account, which is Inactive until the first sign-in', async () => {
    const rig = await startRig({
      users: 0,
      accounts: [{ login: 'newcomer', suspended: true, signInCount: 0 }],
    });
    const { stdout, stderr, exitCode } = await rig.run(['users', 'activate', 'Newcomer', '--yes']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^newcomer .*Suspended New +Inactive$/m);
    expect(stdout).toMatch(/^newcomer +changed +no/m);
    expect(rig.suspended()).toEqual([]);
  });
});

describe('users admin', () => {
  it("grants and revokes the role, but not for the token's own account", async () => {
    const rig = await startRig({ users: 5 });
    const scopes = (): unknown =>
      rig.sandbox.server.accounts.find('sandbox-developer')?.adminScopes;
    const grant = ['users', 'admin', 'grant', 'sandbox-developer', '--yes', '--json'];
    expect(JSON.parse((await rig.run(grant)).stdout)).toMatchObject({
      accounts: [{ login: 'sandbox-developer', outcome: 'changed', role: 'write-settings' }],
    });
    expect(scopes()).toContain('write-settings');
    const lesser = await rig.run([...grant, '--role', 'read-settings']);
    expect(lesser.exitCode).toBe(0);
    expect(scopes()).not.toContain('write-settings');
    await rig.run(['users', 'admin', 'revoke', 'sandbox-developer', '--yes']);
    expect(scopes()).toEqual(['none']);
    const own = await rig.run(['users', 'admin', 'revoke', 'sandbox-admin', '--yes', '--json']);
    expect(JSON.parse(own.stderr)).toMatchObject({ code: 'OWN_ACCOUNT', exitCode: 6 });
  });
});
