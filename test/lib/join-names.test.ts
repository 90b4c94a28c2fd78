import { expect, it } from 'vitest';
import { firstNames, joinNames } from '../../src/lib/join-names.ts';

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('joins %j in a sentence', (names, text) => {
  expect(joinNames(names)).toBe(text);
  expect(joinNames(names, 'or')).toBe(text.replace('and', 'or'));
});

it.each([
  [[], ''],
  [['a', 'b'], 'a, b'],
  [['a', 'b', 'c'], 'a, b and 1 more'],
  [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
])('names the first of %j and counts the others', (names, text) => {
  expect(firstNames(names, 2)).toBe(text);
});
