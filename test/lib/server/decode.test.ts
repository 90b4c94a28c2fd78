import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAccounts, decodeMe } from '../../../src/lib/server/decode-account.ts';
import {
  decodeBuildSystem,
  decodeBuilds,
  decodeLicensing,
} from '../../../src/lib/server/decode-builds.ts';
import {
  decodeRefusedSetting,
  decodeSetting,
  decodeSettings,
} from '../../../src/lib/server/decode-setting.ts';

const DECODERS = [
  decodeAccounts,
  decodeMe,
  decodeBuilds,
  decodeLicensing,
  decodeBuildSystem,
  decodeSettings,
  decodeRefusedSetting,
];

const KEYS = [
  'login',
  'suspended',
  'admin_scopes',
  'created_at',
  'name',
  'value',
  'value_type',
  'user',
  'running',
  'license_expiration',
  'message',
];

test('no response makes a decoder throw', () => {
  const odd = fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue());
  const value = fc.oneof(fc.jsonValue(), fc.array(odd), odd);
  fc.assert(
    fc.property(value, (answer) => {
      for (const decode of DECODERS) decode(answer);
    }),
  );
});

test('decodes accounts with missing fields', () => {
  const told = decodeAccounts([
    { login: 'a', suspended: true, admin_scopes: ['all', 7], created_at: 1_600_000_000_000 },
    { login: 'b', name: '', email: 'b@example.com', current_sign_in_at: 'never' },
    { login: null, suspended: false },
  ]);
  expect(told).toEqual([
    {
      login: 'a',
      name: null,
      email: null,
      signInCount: null,
      suspended: true,
      adminScopes: ['all'],
      createdAt: new Date(1_600_000_000_000),
      lastSignInAt: null,
    },
    expect.objectContaining({ login: 'b', name: null, email: 'b@example.com', lastSignInAt: null }),
  ]);
});

test.each([
  [{ name: 'x', value_type: 'Boolean', value: false }, 'boolean', false],
  [{ name: 'x', value_type: 'Number', value: 5 }, 'number', 5],
  [{ name: 'x', value_type: 'String', value: null }, 'string', null],
  [{ name: 'x', value: 'a,b' }, 'string', 'a,b'],
  [{ name: 'x', value_type: 'Date', value: 'x' }, 'unknown', 'x'],
  [{ name: 'x', value: ['a'] }, 'unknown', null],
])('the setting %j is of type %s', (setting, type, value) => {
  expect(decodeSetting(setting)).toMatchObject({ type, value });
});

test.each([
  [1, 1],
  [4, 4],
  [null, null],
  [undefined, null],
  [0, null],
  [1.5, null],
  ['2', null],
])('a build of parallel %j has %j tasks', (parallel, tasks) => {
  expect(decodeBuilds([{ build_num: 4, parallel }])).toMatchObject([{ parallel: tasks }]);
});

test('decodes a build without user or times as null', () => {
  expect(decodeBuilds([{ username: 'acme', reponame: 'web', build_num: 4, user: null }])).toEqual([
    {
      project: 'acme/web',
      number: 4,
      status: null,
      startedBy: null,
      queuedAt: null,
      startedAt: null,
      stoppedAt: null,
      url: null,
      parallel: null,
    },
  ]);
  expect(decodeLicensing({ seats: 5 })).toBe(null);
});
