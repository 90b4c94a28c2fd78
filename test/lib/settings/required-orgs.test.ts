import { describe, expect, it } from 'vitest';
import {
  addOrgs,
  checkOrgs,
  ONLY_GITHUB_COM,
  orgList,
  parseOrgs,
  removeOrgs,
  requiredOrgsWarnings,
} from '../../../src/lib/settings/required-orgs.ts';

describe('the list of required organisations', () => {
  it('is parsed leniently', () => {
    expect(parseOrgs(' acme, Initech ,,ACME')).toEqual(['acme', 'Initech']);
    expect(parseOrgs('')).toEqual([]);
    expect(parseOrgs(null)).toEqual([]);
    expect(orgList(['acme', 'Initech'])).toBe('acme,Initech');
  });

  it('adds and removes organisations, ignoring case', () => {
    expect(addOrgs(['acme'], ['ACME', 'globex'])).toEqual(['acme', 'globex']);
    expect(removeOrgs(['acme', 'Globex'], ['globex'])).toEqual(['acme']);
    expect(() => removeOrgs(['acme'], ['acme', 'nonesuch'])).toThrow(
      expect.objectContaining({
        kind: 'notFound',
        code: 'ORG_NOT_REQUIRED',
        message: 'The list does not have nonesuch',
      }),
    );
  });

  it('rejects a name with a comma', () => {
    expect(() => checkOrgs(['acme', 'a,b'])).toThrow(
      expect.objectContaining({ kind: 'usage', code: 'BAD_ORG' }),
    );
  });

  it('warns about open registration, and about GitHub Enterprise', () => {
    expect(requiredOrgsWarnings(['a'], ['a', 'b'], true)).toEqual([]);
    expect(requiredOrgsWarnings(['a'], ['a', 'b'], false)).toEqual([ONLY_GITHUB_COM]);
    expect(requiredOrgsWarnings(['a'], [], true)[0]).toMatch(/every GitHub user/);
    expect(requiredOrgsWarnings([], ['a'], true)[0]).toMatch(/Only people/);
  });
});
