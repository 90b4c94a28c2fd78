import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineSplitter, MAX_LINE } from '../../../../src/lib/pods/logs/line-splitter.ts';

type Part = readonly [text: string, continued: boolean];

/** Returns the parts of a text that arrives in pieces of the given lengths, which are repeated. */
function cut(text: string, lengths: readonly number[]): readonly Part[] {
  const cutter = new LineSplitter();
  const parts: Part[] = [];
  const take = (line: string, continued: boolean): void => {
    parts.push([line, continued]);
  };
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? text.length;
    cutter.push(text.slice(at, at + length), take);
    at += length;
  }
  cutter.end(take);
  return parts;
}

it('cuts at the same places for any pieces, loses nothing, and limits the length of the parts', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: MAX_LINE - 2, max: MAX_LINE + 2 }),
    fc.integer({ min: 2 * MAX_LINE - 2, max: 2 * MAX_LINE + 2 }),
  );
  const line = fc.tuple(fc.constantFrom('x', '\u{1f4a5}', 'ab\u{1f4a5}'), length).map(
    ([unit, many]) => unit.repeat(Math.ceil(many / unit.length)), // in UTF-16 code units
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 4 }), fc.constantFrom('', '\n'))
    .map(([lines, end]) => lines.join('\n') + end);
  const pieces = fc.array(fc.integer({ min: 5_000, max: 300_000 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(text, pieces, (all, lengths) => {
      const parts = cut(all, lengths);
      expect(parts).toEqual(cut(all, []));
      const joined = parts.map(
        ([part, continued], at) => (continued || at === 0 ? '' : '\n') + part,
      );
      expect(joined.join('')).toBe(all.replace(/\n$/, ''));
      for (const [part] of parts) {
        expect(part.length).toBeLessThanOrEqual(MAX_LINE);
        expect(part.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

it('passes on a part before its line has ended', () => {
  const cutter = new LineSplitter();
  const parts: Part[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    cutter.push('x'.repeat(MAX_LINE), (text, continued) => parts.push([text, continued]));
  }
  expect(parts.map(([, continued]) => continued)).toEqual([false, ...Array(8).fill(true)]);
});
