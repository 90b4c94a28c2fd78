import { describe, expect, it } from 'vitest';
import type { SystemSetting } from '../../../src/lib/server/admin-api.ts';
import { findGuideSetting, findSetting } from '../../../src/lib/settings/find-setting.ts';

function setting(name: string, humanName: string | null): SystemSetting {
  return { name, humanName, description: null, type: 'string', value: '' };
}

const ORGS = setting('required-orgs', 'Required Org Membership List');
const NEW = setting('susp-new', 'Suspend New Users');
const SETTINGS = [ORGS, NEW, setting('a.b-c', null)];

describe('findSetting', () => {
  it.each([
    ['required-orgs', 'required-orgs'],
    ['REQUIRED-ORGS', 'required-orgs'],
    ['suspend new users', 'susp-new'],
    ['a.b-c', 'a.b-c'],
  ])('finds %s', (name, found) => {
    expect(findSetting(SETTINGS, name).name).toBe(found);
  });

  it('suggests a similar name', () => {
    expect(() => findSetting(SETTINGS, 'required-orsg')).toThrow(
      expect.objectContaining({
        kind: 'notFound',
        code: 'SETTING_NOT_FOUND',
        message: 'The server has no setting "required-orsg"',
        hint: 'Did you mean required-orgs? List the settings: circleci-admin settings list',
      }),
    );
  });
});

describe('findGuideSetting', () => {
  it('finds a setting by its label, also that of later servers', () => {
    expect(findGuideSetting(SETTINGS, 'suspendNewUsers', null)).toBe(NEW);
    expect(findGuideSetting(SETTINGS, 'requiredOrgs', null)).toBe(ORGS);
    const later = setting('x', 'Required organization membership list');
    expect(findGuideSetting([later], 'requiredOrgs', null)).toBe(later);
  });

  it('prefers the name in the profile, and says how to set it', () => {
    expect(findGuideSetting(SETTINGS, 'requiredOrgs', 'a.b-c').name).toBe('a.b-c');
    expect(() => findGuideSetting([], 'requiredOrgs', null)).toThrow(
      expect.objectContaining({
        code: 'SETTING_NOT_FOUND',
        hint: expect.stringContaining('config set server.settingNames.requiredOrgs NAME'),
      }),
    );
  });
});
