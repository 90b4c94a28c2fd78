import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainWords, sortValue } from '../../../src/lib/cli/plain-words.ts';
import type { AdminError } from '../../../src/lib/errors.ts';

const FLAGS = { yes: { type: 'boolean' }, sort: { type: 'option' } };

describe('plainWords', () => {
  it.each([
    [['--sort', '-name'], '-name'],
    [['--sort=-name'], '-name'],
    [['--sort', 'name'], 'name'],
    [['--sort=name'], 'name'],
  ])('hides the dash of %j from the parser', (argv, value) => {
    const given = plainWords(argv, FLAGS).join('=').replace('--sort=', '');
    expect(given).not.toMatch(/^-/);
    expect(sortValue(given)).toBe(value);
  });

  it('does not change flag values and words after --', () => {
    const argv = ['a', '--sort', '--yes', '--name=-b', '--', '--sort', '-x', '--yes=false'];
    expect(plainWords(argv, FLAGS)).toEqual(argv);
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !/^--(sort|yes)/.test(word))), (words) => {
        expect(plainWords(words, FLAGS)).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });

  it.each(['--yes=false', '--yes='])('rejects %s, which the parser would read as --yes', (word) => {
    expect(() => plainWords([word], FLAGS)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'BAD_FLAGS',
        message: '--yes does not take a value',
      }) as AdminError,
    );
  });

  it.each(['--constructor', '--toString=x', '--__proto__'])(
    'rejects %s as an unknown flag',
    (word) => {
      expect(() => plainWords([word], FLAGS)).toThrow(
        expect.objectContaining({ kind: 'usage', code: 'UNKNOWN_FLAG' }) as AdminError,
      );
    },
  );
});
