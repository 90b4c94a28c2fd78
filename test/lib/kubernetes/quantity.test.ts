import { expect, it } from 'vitest';
import { parseQuantity } from '../../../src/lib/kubernetes/quantity.ts';

it.each([
  ['512Mi', 512 * 1_024 ** 2],
  ['1.5Gi', 1.5 * 1_024 ** 3],
  ['100M', 100_000_000],
  ['10k', 10_000],
  ['128974848', 128_974_848],
  ['129e6', 129_000_000],
  ['1500m', 1.5],
  ['2E', 2e18],
  [1024, 1_024],
  [undefined, null],
  ['much', null],
])('parses %s', (text, number) => {
  expect(parseQuantity(text)).toBe(number);
});
