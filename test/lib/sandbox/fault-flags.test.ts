import { expect, test } from 'vitest';
import { describeFault, faultOf } from '../../../src/lib/sandbox/fault-flags.ts';

test.each([
  [
    { kind: 'status', status: 500, service: 'nomad', times: 3 },
    { service: 'nomad', times: 3, fault: { kind: 'status', status: 500 } },
    'The next 3 requests to nomad are answered with 500.',
  ],
  [
    { kind: 'delay', ms: 2000, path: '/v1/nodes', method: 'get' },
    { method: 'GET', path: '/v1/nodes', fault: { kind: 'delay', ms: 2000 } },
    'All GET requests to every service that match /v1/nodes wait 2000 ms.',
  ],
  [
    { kind: 'truncate', bytes: 10, after: 2 },
    { after: 2, fault: { kind: 'truncate', bytes: 10 } },
    'All requests to every service after 2 that pass have their answer cut after 10 bytes.',
  ],
  [
    { kind: 'reset', service: 'kubernetes' },
    { service: 'kubernetes', fault: { kind: 'reset' } },
    'All requests to kubernetes lose their connection.',
  ],
  [
    { kind: 'hang' },
    { fault: { kind: 'hang' } },
    'All requests to every service are never answered.',
  ],
] as const)('flags %j make a rule', (flags, rule, words) => {
  expect(faultOf(flags)).toEqual(rule);
  expect(describeFault(faultOf(flags))).toBe(words);
});

test.each([
  [{ kind: 'status' }, 'BAD_FLAGS', '--kind status needs --status'],
  [{ kind: 'delay', ms: 1, status: 500 }, 'BAD_FLAGS', '--status is not for --kind delay'],
  [{ kind: 'reset', body: 'x' }, 'BAD_FLAGS', '--body is not for --kind reset'],
] as const)('flags %j are refused', (flags, code, message) => {
  expect(() => faultOf(flags)).toThrow(expect.objectContaining({ kind: 'usage', code, message }));
});
