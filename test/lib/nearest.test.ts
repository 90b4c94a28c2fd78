import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/lib/nearest.ts';

describe('nearest', () => {
  it.each([
    ['nomad.adress', 'nomad.address'],
    ['READONLY', 'readOnly'],
    ['hosst', 'host'],
    ['colour', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('finds for %j the candidate %j', (typed, meant) => {
    expect(nearest(typed, ['host', 'readOnly', 'nomad.address', 'nomad.access'])).toBe(meant);
  });
});

describe('editDistance', () => {
  it.each([
    ['prod', 'prod', 0],
    ['prdo', 'prod', 1],
    ['pro', 'prod', 1],
    ['prood', 'prod', 1],
    ['brod', 'prod', 1],
    ['', 'prod', 4],
    ['kitten', 'sitting', 3],
    // A swap at the start, for which the table has no earlier row.
    ['bab', 'abab', 1],
  ])('from %j to %j is %d', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  it('is 0 for equal texts, is symmetric, and changes by at most 1 when a character is deleted', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, fc.nat(12), (a, b, at) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        const slip = b.slice(0, at) + b.slice(at + 1);
        expect(Math.abs(editDistance(a, slip) - editDistance(a, b))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
