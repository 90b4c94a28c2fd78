import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLogins, startRig } from './rig.ts';

describe('users restore', () => {
  it('undoes a suspension from the printed file, and nothing else', async () => {
    const rig = await startRig({ users: 40 });
    const before = rig.suspended();
    const [first = '', ...others] = openLogins(rig);
    const wrong = await rig.run(['users', 'suspend', first, ...others.slice(0, 9), '--yes']);
    const [, path = ''] = /users restore (\S+)$/m.exec(wrong.stdout) ?? [];
    const data = rig.sandbox.environment()['CIRCLECI_ADMIN_DATA_DIR'] ?? '';
    expect(await readdir(join(data, 'undo'))).toHaveLength(1);
    // Another account is suspended in the meantime.
    const other = rig.sandbox.server.accounts.find(others.at(-1) ?? '');
    if (other) other.suspended = true;
    const { stderr, stdout, exitCode } = await rig.run(['users', 'restore', path, '--yes']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(new RegExp(`^${first} .*Suspended +Active$`, 'm'));
    expect(stdout).toContain('10 of 10 accounts changed. 10 seats taken.');
    expect(rig.suspended().toSorted()).toEqual([...before, other?.login].toSorted());
    const again = await rig.run(['users', 'restore', path, '--yes']);
    expect(again.stderr).toContain('Nothing to do: the accounts already have the wanted state.');
  });

  it('skips deleted accounts, and refuses another installation', async () => {
    const rig = await startRig({ users: 10 });
    const [one = '', two = ''] = openLogins(rig);
    await rig.run(['users', 'suspend', one, two, '--yes', '--undo-file', 'undo.json']);
    rig.sandbox.server.accounts.remove(two);
    const there = await rig.run(['users', 'restore', 'undo.json', '--dry-run', '--json']);
    expect(JSON.parse(there.stdout)).toMatchObject({
      changes: [{ login: one, suspendedThen: false }],
      left: [{ login: two, why: 'the account no longer exists' }],
    });
    const path = join(rig.directory, 'undo.json');
    const undo = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...undo, host: 'https://other.example.com' }));
    const refused = await rig.run(['users', 'restore', 'undo.json', '--yes', '--json']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'OTHER_INSTALLATION', exitCode: 6 });
  });
});
