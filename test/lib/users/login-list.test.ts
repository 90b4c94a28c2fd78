import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGitHubLogin } from '../../../src/lib/server/github-login.ts';
import { checkLogins, readLoginList } from '../../../src/lib/users/login-list.ts';

describe('readLoginList', () => {
  it('reads one login per line, without duplicates, for all kinds of line ends', () => {
    const text = '\uFEFF# leavers\nalice\r\n  bob-2  # moved on\n\nALICE\rcarol_acme';
    expect(readLoginList(text, 'leavers.txt')).toEqual(['alice', 'bob-2', 'carol_acme']);
  });

  it('reports the lines with invalid logins', () => {
    const text = 'alice\n@bob\n\nc d\n-e\nf\u200Bg\nh"i\nj/k';
    expect(() => readLoginList(text, 'leavers.txt')).toThrow(
      expect.objectContaining({
        kind: 'validation',
        code: 'BAD_LOGIN',
        message:
          'leavers.txt has invalid logins: line 2: "@bob", line 4: "c d", line 5: "-e", line 6: "f\u200Bg", line 7: "h\\"i" and 1 more',
      }),
    );
  });

  it.each(['', '\n\n', '# nobody\n'])('rejects a list without logins: %j', (text) => {
    expect(() => readLoginList(text, 'standard input')).toThrow(
      expect.objectContaining({ kind: 'validation', code: 'NO_LOGINS' }),
    );
  });
});

describe('isGitHubLogin', () => {
  it('accepts only letters, digits, hyphens and underscores', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        if (isGitHubLogin(text)) expect(text).toMatch(/^[A-Za-z0-9_-]{1,39}$/);
      }),
    );
    for (const login of ['a', 'octo-cat', 'A1-b2-c3', 'jane_acme', 'x'.repeat(39)]) {
      expect(isGitHubLogin(login), login).toBe(true);
    }
    for (const text of ['', '-a', 'a-', 'a--b', 'a_b_c', 'a.b', 'a\n', 'x'.repeat(40), 'é']) {
      expect(isGitHubLogin(text), text).toBe(false);
    }
  });
});

describe('checkLogins', () => {
  it('rejects an invalid login, and drops duplicates', () => {
    expect(checkLogins(['alice', 'Alice', 'bob'])).toEqual(['alice', 'bob']);
    expect(() => checkLogins(['alice', '@bob'])).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'BAD_LOGIN',
        message: '"@bob" is not a valid login',
      }),
    );
  });
});
