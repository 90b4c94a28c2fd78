import { describe, expect, it } from 'vitest';
import { type DrainFlags, drainRequest } from '../../../../src/lib/nomad/drain/drain-request.ts';

const NONE: DrainFlags = {
  enable: false,
  disable: false,
  force: false,
  detach: false,
  keepIneligible: false,
  ignoreSystem: false,
  deadline: undefined,
  timeout: undefined,
  reason: undefined,
};

describe('drainRequest', () => {
  it('waits without limit by default', () => {
    expect(drainRequest({ ...NONE, enable: true })).toEqual({
      kind: 'drain',
      spec: { deadline: null, ignoreSystemJobs: false },
      timeoutMs: null,
      detach: false,
    });
  });

  it('accepts a deadline, a reason and a timeout', () => {
    const flags = { ...NONE, deadline: 60_000, timeout: 90_000, reason: 'new image' };
    expect(drainRequest(flags)).toMatchObject({
      spec: { deadline: 60_000, meta: { message: 'new image' } },
      timeoutMs: 90_000,
    });
    expect(drainRequest({ ...NONE, force: true })).toMatchObject({ spec: { deadline: 'force' } });
    expect(drainRequest({ ...NONE, disable: true, keepIneligible: true })).toEqual({
      kind: 'end',
      keepIneligible: true,
    });
  });

  it.each<[Partial<DrainFlags>, string, string]>([
    [
      { deadline: 1, force: true },
      'CONFLICTING_FLAGS',
      '--deadline and --force cannot be used together',
    ],
    [
      { disable: true, enable: true },
      'CONFLICTING_FLAGS',
      '--disable and --enable cannot be used together',
    ],
    [
      { disable: true, deadline: 0 },
      'CONFLICTING_FLAGS',
      '--disable and --deadline cannot be used together',
    ],
    [
      { disable: true, force: true },
      'CONFLICTING_FLAGS',
      '--disable and --force cannot be used together',
    ],
    [
      { disable: true, detach: true },
      'CONFLICTING_FLAGS',
      '--disable and --detach cannot be used together',
    ],
    [
      { detach: true, timeout: 5 },
      'CONFLICTING_FLAGS',
      '--detach and --timeout cannot be used together',
    ],
    [
      { disable: true, ignoreSystem: true },
      'CONFLICTING_FLAGS',
      '--disable and --ignore-system cannot be used together',
    ],
    [
      { keepIneligible: true },
      'CONFLICTING_FLAGS',
      '--keep-ineligible can be used only with --disable',
    ],
    [{ deadline: 0 }, 'BAD_DEADLINE', 'To Nomad, a deadline of 0 means no deadline'],
  ])('rejects %o', (flags, code, message) => {
    expect(() => drainRequest({ ...NONE, ...flags })).toThrow(
      expect.objectContaining({ kind: 'usage', code, message }),
    );
  });
});
