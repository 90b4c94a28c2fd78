import { expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import { reasonWarning } from '../../../../src/lib/nomad/drain/reason-warning.ts';
import { failureOf } from '../http/recorded-nomad.ts';

const SPEC = { deadline: null, meta: { message: 'new image' } };
const server = (version: string) => ({
  agent: async () => ({ version, region: null, datacenter: null, clientId: null }),
});
const failing = (kind: 'unauthorised' | 'service') => ({
  agent: () => Promise.reject(new AdminError(kind, 'no', { code: 'NO' })),
});

it.each([
  ['0.11.8', 1],
  ['1.0.18', 1],
  ['1.1.0', 0],
  ['1.1.2-beta', 0],
  ['1.4.568-7ee1d6dec', 0],
  ['1.10.3', 0],
  ['2.0.5', 0],
])('returns the warnings about a reason for Nomad %s: %d', async (version, amount) => {
  expect(await reasonWarning(server(version), SPEC)).toHaveLength(amount);
  expect(await reasonWarning(server(version), { deadline: null })).toEqual([]);
});

it('returns no warning without the permission to read the version, and throws any other error', async () => {
  expect(await reasonWarning(failing('unauthorised'), SPEC)).toEqual([]);
  expect(await failureOf(reasonWarning(failing('service'), SPEC))).toMatchObject({ code: 'NO' });
});
