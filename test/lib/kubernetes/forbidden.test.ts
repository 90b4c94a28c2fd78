import { expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import { nullIfForbidden } from '../../../src/lib/kubernetes/forbidden.ts';

const fails = (kind: 'unauthorised' | 'service', code: string) => () =>
  Promise.reject(new AdminError(kind, 'it failed', { code }));

it('returns what a request returns, and null if it is forbidden', async () => {
  expect(await nullIfForbidden(async () => 'found')).toBe('found');
  expect(await nullIfForbidden(fails('unauthorised', 'KUBERNETES_FORBIDDEN'))).toBeNull();
});

it('throws all other errors', async () => {
  // Credentials that are not accepted (401) are not a lack of permission.
  const stranger = nullIfForbidden(fails('unauthorised', 'KUBERNETES_UNAUTHORIZED'));
  await expect(stranger).rejects.toMatchObject({ code: 'KUBERNETES_UNAUTHORIZED' });
  const broken = nullIfForbidden(fails('service', 'KUBERNETES_ERROR'));
  await expect(broken).rejects.toMatchObject({ code: 'KUBERNETES_ERROR' });
  await expect(nullIfForbidden(() => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
});
