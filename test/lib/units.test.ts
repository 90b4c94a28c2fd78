import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAdminError } from '../../src/lib/errors.ts';
import { formatAge, formatBytes, formatDuration, parseDuration } from '../../src/lib/units.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'soon', '5', '-5m', '1h-5m', '5 m', 'm', '1y', '5m!'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrowError(
      expect.objectContaining({ kind: 'usage', code: 'BAD_DURATION' }),
    );
  });

  it('parses any text or throws a usage error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(parseDuration(text)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(isAdminError(error, 'usage')).toBe(true);
        }
      }),
    );
  });
});

describe('formatAge', () => {
  // As kubectl prints them.
  it.each([
    [119_999, '119s'],
    [120_000, '2m'],
    [279_000, '4m39s'],
    [2_363_000, '39m'],
    [10_799_000, '179m'],
    [10_800_000, '3h'],
    [18_720_000, '5h12m'],
    [68_400_000, '19h'],
    [172_799_000, '47h'],
    [273_600_000, '3d4h'],
    [1_036_800_000, '12d'],
    [63_071_999_000, '729d'],
    [66_528_000_000, '2y40d'],
    [315_360_000_000, '10y'],
    [-5, '0s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [42_900, '42s'],
    [312_000, '5m12s'],
    [300_000, '5m'],
    [11_040_000, '3h4m'],
    [172_800_000, '2d'],
    [180_000_000, '2d2h'],
    [-5, '0s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('is reversed by parseDuration for whole seconds below an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3599 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [512 * 1024 ** 2, '512 MiB'],
    [4 * 1024 ** 3, '4.0 GiB'],
    [7.6 * 1024 ** 3, '7.6 GiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
