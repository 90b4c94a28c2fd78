import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/lib/installation/check-config.ts';
import {
  type Chosen,
  explainSettings,
  resolveSettings,
} from '../../../src/lib/installation/settings.ts';
import { NOTHING_CHOSEN } from '../../support/nothing-chosen.ts';

const { config: CONFIG } = checkConfig({
  current: 'prod',
  installations: {
    prod: {
      host: 'circleci.example.com',
      version: '3.0',
      kubernetes: { kubeconfig: '/etc/prod.kubeconfig', context: 'prod', namespace: 'circleci' },
      nomad: { address: 'https://nomad.example.com:4646', tokenFile: '/etc/nomad-token' },
    },
    lab: {
      readOnly: true,
      requestTimeout: '5s',
      nomad: { access: 'exec', pod: 'nomad-server-0' },
    },
  },
});

const AMBIENT = {
  NOMAD_ADDR: 'http://10.0.0.9:4646',
  NOMAD_TOKEN: 'ambient-token',
  KUBECONFIG: '/home/a/one:/home/a/two',
  CIRCLE_HOST: 'https://other.example.com',
};

describe('resolveSettings', () => {
  it('uses the profile and ignores ambient variables', () => {
    const settings = resolveSettings(NOTHING_CHOSEN, AMBIENT, CONFIG);
    expect(settings).toMatchObject({
      profile: 'prod',
      host: 'circleci.example.com',
      kubernetes: { kubeconfig: ['/etc/prod.kubeconfig'], context: 'prod', namespace: 'circleci' },
      nomad: {
        address: 'https://nomad.example.com:4646',
        token: { file: '/etc/nomad-token' },
        pod: 'circleci-nomad-0',
        podNamed: false,
      },
    });
  });

  it('reports every ambient variable that differs from the profile', () => {
    expect(resolveSettings(NOTHING_CHOSEN, AMBIENT, CONFIG).conflicts).toEqual([
      'CIRCLE_HOST is https://other.example.com, but the profile has circleci.example.com',
      'NOMAD_ADDR is http://10.0.0.9:4646, but the profile has https://nomad.example.com:4646',
      'KUBECONFIG is /home/a/one:/home/a/two, but the profile has /etc/prod.kubeconfig',
    ]);
  });

  it('reports no conflict if the environment agrees or a flag takes precedence', () => {
    const same = {
      NOMAD_ADDR: 'https://nomad.example.com:4646/',
      CIRCLE_HOST: 'circleci.example.com',
    };
    expect(resolveSettings(NOTHING_CHOSEN, same, CONFIG).conflicts).toEqual([]);
    const flagged = { ...NOTHING_CHOSEN, nomadAddress: 'http://127.0.0.1:4646', kubeconfig: '/k' };
    const { CIRCLE_HOST, ...rest } = AMBIENT;
    expect(CIRCLE_HOST).toBeDefined();
    expect(resolveSettings(flagged, rest, CONFIG)).toMatchObject({
      conflicts: [],
      nomad: { address: 'http://127.0.0.1:4646' },
      kubernetes: { kubeconfig: ['/k'] },
    });
  });

  it('uses ambient variables if no profile is in use', () => {
    expect(resolveSettings(NOTHING_CHOSEN, AMBIENT, { installations: {} })).toMatchObject({
      profile: null,
      host: 'https://other.example.com',
      kubernetes: { kubeconfig: ['/home/a/one', '/home/a/two'] },
      nomad: { access: 'auto', address: 'http://10.0.0.9:4646', token: { value: 'ambient-token' } },
      conflicts: [],
    });
  });

  it.each([
    ['a flag', { ...NOTHING_CHOSEN, nomadPod: 'circleci-nomad-0' }, {}],
    ['a variable', { ...NOTHING_CHOSEN, nomadPod: 'other' }, { CIRCLECI_ADMIN_NOMAD_POD: 'other' }],
  ])('sets podNamed if %s names the pod of Nomad', (_, chosen, env) => {
    expect(resolveSettings(chosen, env, CONFIG).nomad.podNamed).toBe(true);
  });

  it('uses the profile named by a flag, and keeps its readOnly', () => {
    const lab = resolveSettings({ ...NOTHING_CHOSEN, installation: 'lab' }, {}, CONFIG);
    expect(lab).toMatchObject({
      profile: 'lab',
      readOnly: true,
      requestTimeout: 5_000,
      nomad: { access: 'exec', pod: 'nomad-server-0', podNamed: true },
    });
    const flag = resolveSettings({ ...NOTHING_CHOSEN, readOnly: true }, {}, CONFIG);
    expect(flag.readOnly).toBe(true);
    // A flag can set readOnly but cannot unset that of the profile.
    expect(
      resolveSettings({ ...NOTHING_CHOSEN, installation: 'lab', readOnly: false }, {}, CONFIG)
        .readOnly,
    ).toBe(true);
  });

  it('lists the installations if the named one does not exist', () => {
    for (const name of ['staging', 'constructor', '__proto__']) {
      expect(() =>
        resolveSettings({ ...NOTHING_CHOSEN, installation: name }, {}, CONFIG),
      ).toThrowError(
        expect.objectContaining({
          kind: 'notFound',
          code: 'INSTALLATION_NOT_FOUND',
          hint: 'The config file has prod, lab.',
        }),
      );
    }
  });
});

describe('resolveSettings and the environment', () => {
  const own = { installations: { p: { server: { tokenFile: '/t' }, host: 'h.example.com' } } };
  const asked = { ...NOTHING_CHOSEN, installation: 'p' };

  it.each([
    ['CIRCLECI_ADMIN_HOST', 'x.example.com', { host: 'x.example.com' }],
    ['CIRCLECI_ADMIN_SERVER_VERSION', '4.10', { version: '4.10' }],
    ['CIRCLECI_ADMIN_KUBERNETES_CLUSTER_ID', 'uid', { kubernetes: { clusterId: 'uid' } }],
    ['CIRCLECI_ADMIN_NOMAD_CA_FILE', 'ca.pem', { nomad: { caFile: 'ca.pem' } }],
    ['CIRCLECI_ADMIN_NOMAD_PORT', '4647', { nomad: { port: 4647 } }],
    ['CIRCLECI_ADMIN_NOMAD_TLS', 'yes', { nomad: { tls: true } }],
    ['CIRCLECI_ADMIN_NOMAD_TOKEN', 't', { nomad: { token: { value: 't' } } }],
    ['CIRCLECI_ADMIN_NOMAD_TOKEN_FILE', '/n', { nomad: { token: { file: '/n' } } }],
    ['CIRCLECI_ADMIN_SERVER_TOKEN_COMMAND', 'c', { server: { token: { command: 'c' } } }],
  ])('prefers %s=%s to the profile', (variable, value, settings) => {
    expect(resolveSettings(asked, { [variable]: value }, own)).toMatchObject(settings);
  });

  it.each([
    ['CIRCLECI_ADMIN_NOMAD_PORT', 'http', 'is not a port, a whole number from 1 to 65535'],
    ['CIRCLECI_ADMIN_NOMAD_TLS', 'maybe', 'is not true or false'],
    ['CIRCLECI_ADMIN_SERVER_VERSION', '4', 'is not a version as major.minor, such as 3.0'],
  ])('rejects %s=%s', (variable, value, why) => {
    expect(() => resolveSettings(asked, { [variable]: value }, own)).toThrowError(
      expect.objectContaining({
        kind: 'usage',
        code: 'BAD_ENVIRONMENT',
        message: `${variable} ${why}`,
      }),
    );
  });

  it('expands ~/ in a path to the home directory', () => {
    const config = {
      installations: { p: { kubernetes: { kubeconfig: '~/a:/b:~/c' }, nomad: { caFile: '~/ca' } } },
    };
    expect(resolveSettings(asked, { HOME: '/home/ada' }, config)).toMatchObject({
      kubernetes: { kubeconfig: ['/home/ada/a', '/b', '/home/ada/c'] },
      nomad: { caFile: '/home/ada/ca' },
    });
  });

  it('returns the source of each setting', () => {
    const chosen = { ...asked, nomadPod: 'pod-1', context: 'flagged' };
    const env = { CIRCLECI_ADMIN_NOMAD_POD: 'pod-1', NOMAD_REGION: 'other' };
    const from = Object.fromEntries(
      explainSettings(chosen, env, own).map(({ key, ...rest }) => [key, rest]),
    );
    expect(from).toMatchObject({
      host: { value: 'h.example.com', source: 'profile', variable: null },
      'kubernetes.context': { value: 'flagged', source: 'flag', variable: null },
      'nomad.pod': { value: 'pod-1', source: 'environment', variable: 'CIRCLECI_ADMIN_NOMAD_POD' },
      'nomad.region': { value: null, source: 'default', variable: null },
    });
    const ambient = explainSettings(NOTHING_CHOSEN, env, { installations: {} });
    expect(ambient.find(({ key }) => key === 'nomad.region')).toEqual({
      key: 'nomad.region',
      value: 'other',
      source: 'ambient',
      variable: 'NOMAD_REGION',
    });
  });
});

describe('resolveSettings and tokens', () => {
  const config = {
    installations: {
      p: {
        host: 'h.example.com',
        kubernetes: { context: 'prod' },
        nomad: { address: 'https://n.example.com', tokenCommand: 'nomad-token' },
        server: { tokenFile: '/t' },
      },
    },
  };
  const asked = { ...NOTHING_CHOSEN, installation: 'p' };
  const kept = { nomad: { command: 'nomad-token' }, server: { file: '/t' } };

  it.each<[string, Partial<Chosen>, Record<string, string>, typeof kept | object, number]>([
    ['the profile itself', {}, {}, kept, 0],
    [
      'the same address, written otherwise',
      { nomadAddress: 'https://N.example.com/' },
      {},
      kept,
      0,
    ],
    ['ambient tokens beside a profile', {}, { NOMAD_TOKEN: 'x', CIRCLE_TOKEN: 'y' }, kept, 0],
    ['another Nomad', { nomadAddress: 'http://127.0.0.1:1' }, {}, { ...kept, nomad: null }, 1],
    ['another context', { context: 'lab' }, {}, { ...kept, nomad: null }, 1],
    ['another server', {}, { CIRCLECI_ADMIN_HOST: 'x.example.com' }, { ...kept, server: null }, 1],
    [
      'another Nomad with a token of its own',
      { nomadAddress: 'http://127.0.0.1:1' },
      { CIRCLECI_ADMIN_NOMAD_TOKEN: 'own' },
      { ...kept, nomad: { value: 'own' } },
      0,
    ],
  ])(
    'sends tokens only to the host that they were issued for: %s',
    (_, chosen, env, tokens, withheld) => {
      const settings = resolveSettings({ ...asked, ...chosen }, env, config);
      expect({ nomad: settings.nomad.token, server: settings.server.token }).toEqual(tokens);
      expect(settings.withheld).toHaveLength(withheld);
    },
  );

  it.each([
    [undefined, 'https://n.example.com', { value: 'x' }, 'user:pass', []],
    ['https://n.example.com', 'https://n.example.com', { value: 'x' }, 'user:pass', []],
    [
      'http://127.0.0.1:1',
      'https://n.example.com',
      null,
      null,
      [
        'NOMAD_TOKEN is not sent: the address is http://127.0.0.1:1, but NOMAD_ADDR is https://n.example.com',
        'NOMAD_HTTP_AUTH is not sent: the address is http://127.0.0.1:1, but NOMAD_ADDR is https://n.example.com',
      ],
    ],
  ])(
    'with --nomad-address %s and NOMAD_ADDR %s, sends ambient tokens only to NOMAD_ADDR',
    (flag, address, token, auth, withheld) => {
      const env = { NOMAD_ADDR: address, NOMAD_TOKEN: 'x', NOMAD_HTTP_AUTH: 'user:pass' };
      const settings = resolveSettings({ ...NOTHING_CHOSEN, nomadAddress: flag }, env, {
        installations: {},
      });
      expect(settings.nomad).toMatchObject({ token, httpAuth: auth });
      expect(settings.withheld).toEqual(withheld);
    },
  );
});

it('merges the paths of the admin API in a profile with the defaults', () => {
  const { config } = checkConfig({
    current: 'prod',
    installations: {
      prod: { server: { paths: { users: '/v2/people' }, settingNames: { requiredOrgs: 'orgs' } } },
    },
  });
  const { server } = resolveSettings(NOTHING_CHOSEN, {}, config);
  expect(server.paths).toMatchObject({ users: '/v2/people', user: '/api/v1/admin/user' });
  expect(server.settingNames).toEqual({ suspendNewUsers: null, requiredOrgs: 'orgs' });
});
