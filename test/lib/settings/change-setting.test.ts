import { describe, expect, it } from 'vitest';
import type { SystemSetting } from '../../../src/lib/server/admin-api.ts';
import { changeSetting } from '../../../src/lib/settings/change-setting.ts';

const SETTING: SystemSetting = {
  name: 'x',
  humanName: null,
  description: null,
  type: 'number',
  value: 1,
};

function server(after: readonly SystemSetting[]) {
  return { settings: async () => after, setSetting: async () => SETTING };
}

const change = { setting: SETTING, value: 2, warnings: [] };

describe('changeSetting', () => {
  it('trusts the list, not the response', async () => {
    expect(await changeSetting(server([{ ...SETTING, value: 2 }]), change)).toEqual({
      name: 'x',
      outcome: 'changed',
      before: 1,
      value: 2,
    });
    for (const [after, said] of [
      [[SETTING], 'it is 1'],
      [[], 'no longer in the list'],
    ] as const) {
      await expect(changeSetting(server(after), change)).rejects.toMatchObject({
        kind: 'failed',
        code: 'CHANGE_NOT_SEEN',
        message: expect.stringContaining(said),
        hint: 'To see its value: circleci-admin settings get x',
      });
    }
  });
});
