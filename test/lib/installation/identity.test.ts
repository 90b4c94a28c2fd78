import { describe, expect, it } from 'vitest';
import { compareIdentity, otherCluster } from '../../../src/lib/installation/identity.ts';

describe('compareIdentity', () => {
  it.each([
    ['0f1d-a', '0F1D-A ', 'same'],
    ['0f1d-a', '0f1d-b', 'other'],
    [null, '0f1d-a', 'unknown'],
    ['0f1d-a', null, 'unknown'],
    [null, null, 'unknown'],
  ])('compares %j and %j as %s', (expected, seen, verdict) => {
    expect(compareIdentity(expected, seen)).toBe(verdict);
  });
});

describe('otherCluster', () => {
  it('is a refusal that names both clusters and the next command', () => {
    const error = otherCluster('prod', 'uid-1', 'uid-2');
    expect(error).toMatchObject({
      kind: 'refused',
      code: 'OTHER_CLUSTER',
      message: 'This is not the cluster of installation prod',
    });
    expect(error.hint).toContain('Its ID is uid-2, but the profile has uid-1');
    expect(error.hint).toContain('config set kubernetes.clusterId uid-2 --installation prod');
  });
});
