import { describe, expect, it } from 'vitest';
import { checkConfig, meantKey } from '../../../src/lib/installation/check-config.ts';

const inProfile = (profile: unknown): unknown => ({ installations: { a: profile } });

describe('checkConfig', () => {
  it.each<[unknown, string, string | null]>([
    [[], 'the file is not a mapping', null],
    [{ instalations: {} }, '"instalations" is not a key', 'Did you mean installations?'],
    [{ current: 5 }, '"current" is not a valid name', null],
    [
      { current: 'prdo', installations: { prod: {} } },
      '"current" is an installation that the file does not have',
      'Did you mean prod?',
    ],
    [
      { installations: { 'a b': {} } },
      '"installations.a b" is not a valid name',
      'A name has letters, digits, dots, dashes and underscores.',
    ],
    [inProfile('prod'), '"installations.a" is not a mapping', null],
    [
      inProfile({ kubernets: {} }),
      '"installations.a.kubernets" is not a key',
      'Did you mean kubernetes?',
    ],
    [
      inProfile({ context: 'x' }),
      '"installations.a.context" is not a key',
      'Did you mean kubernetes.context?',
    ],
    [
      inProfile({ nomad: { zebra: 1 } }),
      '"installations.a.nomad.zebra" is not a key',
      'The keys are nomad.access, nomad.address, nomad.region, nomad.namespace, nomad.tokenFile, nomad.tokenCommand, nomad.caFile, nomad.certFile, nomad.keyFile, nomad.serverName, nomad.skipVerify, nomad.pod, nomad.port, nomad.tls.',
    ],
    [
      inProfile({ nomad: { token: 'canary' } }),
      '"installations.a.nomad.token" must not be in the config file: it is a secret',
      'Set a file that only you can read (tokenFile) or a command that prints it (tokenCommand).',
    ],
    [
      inProfile({ nomad: { tokenFile: '/t', tokenCommand: 't' } }),
      '"installations.a.nomad" has both tokenFile and tokenCommand',
      'Remove one of them.',
    ],
    [
      inProfile({ nomad: { port: '4646' } }),
      '"installations.a.nomad.port" is not a port, a whole number from 1 to 65535',
      null,
    ],
    [
      inProfile({ nomad: { port: 65_536 } }),
      '"installations.a.nomad.port" is not a port, a whole number from 1 to 65535',
      null,
    ],
    [
      inProfile({ server: { paths: { users: 'https://h/users' } } }),
      '"installations.a.server.paths.users" is not the path of an address, such as /api/v1/admin/users',
      null,
    ],
    [
      inProfile({ server: { paths: { user: '/u', usres: '/x' } } }),
      '"installations.a.server.paths.usres" is not a key',
      'Did you mean server.paths.users?',
    ],
    [inProfile({ readOnly: 'no' }), '"installations.a.readOnly" is not true or false', null],
    [
      inProfile({ host: null }),
      '"installations.a.host" is empty',
      'Give it a value, or remove it.',
    ],
    [inProfile({ host: 5 }), '"installations.a.host" is not a host', 'Put it in quotes.'],
    [inProfile({ host: 'a b' }), '"installations.a.host" is not a host', null],
    [
      inProfile({ host: 'https://u:canary@h' }),
      '"installations.a.host" contains a user or a password',
      'Secrets do not belong in the config file: use tokenFile or tokenCommand.',
    ],
    [
      inProfile({ nomad: { address: 'nomad:4646' } }),
      '"installations.a.nomad.address" is not an http or https address',
      null,
    ],
    [
      inProfile({ nomad: { access: 'prox' } }),
      '"installations.a.nomad.access" is not a valid value',
      'Valid values are auto, direct, proxy, port-forward, exec. Did you mean proxy?',
    ],
    [
      inProfile({ nomad: { caFile: 'ca.pem' } }),
      '"installations.a.nomad.caFile" is not an absolute path',
      'A path may start with ~/ for the home directory.',
    ],
    [
      inProfile({ version: '3' }),
      '"installations.a.version" is not a version as major.minor, such as 3.0',
      null,
    ],
    [
      inProfile({ requestTimeout: '-5s' }),
      '"installations.a.requestTimeout" is not a duration, such as 30s',
      null,
    ],
  ])('reports the fault of %j', (parsed, message, hint) => {
    const { faults } = checkConfig(parsed);
    expect(faults).toEqual([{ path: expect.any(Array), message, hint }]);
    expect(JSON.stringify(faults)).not.toContain('canary');
  });

  it('reports all faults at once and returns the valid part', () => {
    const { config, faults } = checkConfig({
      current: 'a',
      installations: { a: { host: 'h', nomad: { port: 0, pod: 'p' } }, b: { hots: 'x' } },
    });
    expect(faults.map(({ path }) => path.join('.'))).toEqual([
      'installations.a.nomad.port',
      'installations.b.hots',
    ]);
    expect(config).toEqual({
      current: 'a',
      installations: { a: { host: 'h', nomad: { pod: 'p' } }, b: {} },
    });
  });

  it.each([null, undefined, {}, { installations: null }])('reads %j as an empty file', (parsed) => {
    expect(checkConfig(parsed)).toEqual({ config: { installations: {} }, faults: [] });
  });

  it('accepts an empty profile and an empty group', () => {
    const { config, faults } = checkConfig({ installations: { a: null, b: { nomad: null } } });
    expect(faults).toEqual([]);
    expect(config.installations).toEqual({ a: {}, b: { nomad: {} } });
  });
});

describe('meantKey', () => {
  it.each([
    ['nomad.adress', 'nomad.address'],
    ['clusterid', 'kubernetes.clusterId'],
    ['kubernets', 'kubernetes'],
    // Two keys have this ending, so there is no suggestion.
    ['namespace', null],
    ['colour', null],
  ])('suggests for %j the key %j', (typed, meant) => {
    expect(meantKey(typed)).toBe(meant);
  });
});
