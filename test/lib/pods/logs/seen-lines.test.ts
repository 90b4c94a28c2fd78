import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeenLines } from '../../../../src/lib/pods/logs/seen-lines.ts';

it('contains the same hashes as a list after many additions and removals', () => {
  const act = fc.record({
    second: fc.integer({ min: 0, max: 6 }),
    many: fc.integer({ min: 1, max: 300 }),
    hash: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    drops: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const seen = new SeenLines();
      let list: { readonly hash: number; readonly second: number }[] = [];
      for (const { second, many, hash, drops } of acts) {
        for (let one = 0; one < many; one += 1) {
          seen.add((hash + one) | 0, second);
          list.push({ hash: (hash + one) | 0, second });
        }
        if (drops) {
          seen.dropBefore(second);
          list = list.filter((line) => line.second >= second);
        }
        expect([...seen.hashes()]).toEqual(list.map((line) => line.hash));
      }
    }),
    { numRuns: 60 },
  );
});
