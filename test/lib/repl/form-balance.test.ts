import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formState } from '../../../src/lib/repl/form-balance.ts';

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

describe('formState', () => {
  it.each([
    ['', 'blank'],
    [' ,\n; a comment (', 'blank'],
    [':a', 'whole'],
    ['(+ 1 2)', 'whole'],
    ['(+ 1', 'open'],
    ['"not closed', 'open'],
    ['"closed \\" (" :a', 'whole'],
    ['(str "(")', 'whole'],
    ['(str \\( \\")', 'whole'],
    ['(a ; )\n', 'open'],
    ['(a ; )\n)', 'whole'],
    ['[{:a #{1}', 'open'],
    ['#"re(g"', 'whole'],
    ['(a))', 'whole'],
    ['\\', 'whole'],
    ["'(a)", 'whole'],
  ])('%j is %s', (text, state) => {
    expect(formState(text)).toBe(state);
  });

  it('open text becomes whole with the closing brackets, and comments do not count', () => {
    const pieces = fc.array(
      fc.constantFrom('(', '[', '{', ' a ', ' "x) \\"" ', ' \\( ', ' \\" ', ' 1 ', '; )]}"\n'),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const opened = parts.filter((part) => '([{'.includes(part));
        const closing = opened.toReversed().map((one) => CLOSING.get(one) ?? '');
        const text = parts.join('');
        const rest = parts.filter((part) => !part.startsWith(';'));
        const whole = rest.length > 0 ? 'whole' : 'blank';
        expect(formState(text)).toBe(opened.length > 0 ? 'open' : whole);
        expect(formState(text + closing.join(''))).toBe(whole);
      }),
    );
  });
});
