import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../src/lib/installation/line-diff.ts';

describe('diffLines', () => {
  it.each([
    ['a\nb', 'a\nb', []],
    ['', 'a\n', ['+ a']],
    ['a\n', '', ['- a']],
    ['a\nb\nc\nd\ne', 'a\nB\nc\nd\ne\nf', ['  a', '- b', '+ B', '  e', '+ f']],
  ])('compares %j with %j', (before, after, lines) => {
    expect(diffLines(before, after)).toEqual(lines);
  });

  it('removes only lines of the old text and adds only lines of the new text', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        const lines = diffLines(`${old.join('\n')}\n`, `${now.join('\n')}\n`);
        const count = (mark: string): number =>
          lines.filter((line) => line.startsWith(mark)).length;
        const [before, after] = [Math.max(1, old.length), Math.max(1, now.length)];
        expect(before - count('- ')).toBe(after - count('+ '));
        expect(lines.length === 0).toBe(old.join('\n') === now.join('\n'));
      }),
    );
  });
});
