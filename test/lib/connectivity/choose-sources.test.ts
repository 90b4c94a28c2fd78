import { expect, test } from 'vitest';
import { chooseSources } from '../../../src/lib/connectivity/choose-sources.ts';

test.each([
  [{ from: null, named: false, hasSsh: true }, ['clients', 'services'], false],
  [{ from: null, named: false, hasSsh: false }, ['services'], false],
  [{ from: null, named: true, hasSsh: false }, ['clients'], true],
  [{ from: 'all', named: true, hasSsh: false }, ['clients', 'services'], true],
  [{ from: 'services', named: false, hasSsh: true }, ['services'], true],
  [{ from: 'clients', named: false, hasSsh: false }, ['clients'], true],
] as const)('%j checks from %j', (choice, sources, explicit) => {
  expect(chooseSources(choice)).toMatchObject({ sources, explicit });
});

test('skipped clients are reported, unless they were not requested', () => {
  expect(chooseSources({ from: null, named: false, hasSsh: false }).skipped).toContain('SSH');
  expect(chooseSources({ from: 'services', named: false, hasSsh: false }).skipped).toBeNull();
});

test('clients cannot be named with --from services', () => {
  expect(() => chooseSources({ from: 'services', named: true, hasSsh: true })).toThrow(
    expect.objectContaining({ code: 'CONFLICTING_FLAGS' }),
  );
});
