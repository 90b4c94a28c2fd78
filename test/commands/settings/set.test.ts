import { describe, expect, it } from 'vitest';
import { startRig } from '../users/rig.ts';

describe('settings', () => {
  it('lists, gets and sets a setting, and checks the type of the value', async () => {
    const rig = await startRig({ users: 4 });
    const { settings } = JSON.parse((await rig.run(['settings', 'list', '--json'])).stdout);
    expect(settings.length).toBeGreaterThan(3);
    const name = 'wfc-workflow-deletion-interval';
    const set = await rig.run(['settings', 'set', name, '3600000', '--yes', '--json']);
    expect(JSON.parse(set.stdout)).toEqual({
      name,
      outcome: 'changed',
      before: 0,
      value: 3_600_000,
    });
    const got = await rig.run(['settings', 'get', name, '--json']);
    expect(JSON.parse(got.stdout)).toMatchObject({ value: 3_600_000, type: 'number' });
    rig.sandbox.calls.reset();
    for (const [words, code] of [
      [[name, 'soon'], 'BAD_SETTING_VALUE'],
      [['Suspend New Users', 'maybe'], 'BAD_SETTING_VALUE'],
      [['nonesuch', '1'], 'SETTING_NOT_FOUND'],
    ] as const) {
      const { stderr } = await rig.run(['settings', 'set', ...words, '--yes', '--json']);
      expect(JSON.parse(stderr)).toMatchObject({ code });
    }
    expect(rig.sandbox.calls.writes).toBe(0);
  });

  it('suspends new users under any name of the setting, and does nothing the second time', async () => {
    const rig = await startRig({ users: 4, settingNames: { suspendNewUsers: 'some.odd-name' } });
    const on = ['settings', 'suspend-new-users', 'on', '--yes', '--json'];
    expect(JSON.parse((await rig.run(on)).stdout)).toMatchObject({
      name: 'some.odd-name',
      value: true,
    });
    const again = await rig.run(on);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', value: true });
    expect((await rig.run(['settings', 'suspend-new-users', 'maybe'])).exitCode).toBe(2);
  });

  it('edits the list of organisations, and warns that it applies to github.com only', async () => {
    const rig = await startRig({ users: 4 });
    const orgs = async (...words: readonly string[]) => {
      const { stderr } = await rig.run(['settings', 'required-orgs', ...words, '--yes']);
      const { stdout } = await rig.run(['settings', 'required-orgs', 'list', '--json']);
      return { orgs: JSON.parse(stdout).orgs, stderr };
    };
    expect(await orgs('add', 'acme', 'Globex')).toMatchObject({
      orgs: ['acme', 'Globex'],
      stderr: expect.stringContaining('has an effect with github.com only'),
    });
    expect((await orgs('remove', 'globex')).orgs).toEqual(['acme']);
    const gone = await orgs('remove', 'initech');
    expect(gone).toMatchObject({ orgs: ['acme'], stderr: expect.stringContaining('initech') });
    expect((await orgs('add', 'a,b')).orgs).toEqual(['acme']);
    expect((await orgs('remove', 'acme')).stderr).toContain('every GitHub user');
  });
});
