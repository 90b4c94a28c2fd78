import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/lib/installation/check-config.ts';
import { type Chosen, resolveSettings } from '../../../src/lib/installation/settings.ts';

const SILENT: Chosen = {
  installation: undefined,
  context: undefined,
  namespace: undefined,
  kubeconfig: undefined,
  nomadAccess: undefined,
  nomadAddress: undefined,
  nomadPod: undefined,
  requestTimeout: undefined,
  readOnly: undefined,
};

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
  it('takes what the profile says, and nothing from the environment', () => {
    const settings = resolveSettings(SILENT, AMBIENT, CONFIG);
    expect(settings).toMatchObject({
      profile: 'prod',
      host: 'circleci.example.com',
      kubernetes: { kubeconfig: ['/etc/prod.kubeconfig'], context: 'prod', namespace: 'circleci' },
      nomad: {
        address: 'https://nomad.example.com:4646',
        token: { file: '/etc/nomad-token' },
        pod: 'circleci-nomad-0',
      },
    });
  });

  it('names every ambient variable that means another installation', () => {
    expect(resolveSettings(SILENT, AMBIENT, CONFIG).conflicts).toEqual([
      'CIRCLE_HOST is https://other.example.com, the profile says circleci.example.com',
      'NOMAD_ADDR is http://10.0.0.9:4646, the profile says https://nomad.example.com:4646',
      'KUBECONFIG is /home/a/one:/home/a/two, the profile says /etc/prod.kubeconfig',
    ]);
  });

  it('finds no conflict where the environment means the same, or a flag decides', () => {
    const same = {
      NOMAD_ADDR: 'https://nomad.example.com:4646/',
      CIRCLE_HOST: 'circleci.example.com',
    };
    expect(resolveSettings(SILENT, same, CONFIG).conflicts).toEqual([]);
    const flagged = { ...SILENT, nomadAddress: 'http://127.0.0.1:4646', kubeconfig: '/k' };
    const { CIRCLE_HOST, ...rest } = AMBIENT;
    expect(CIRCLE_HOST).toBeDefined();
    expect(resolveSettings(flagged, rest, CONFIG)).toMatchObject({
      conflicts: [],
      nomad: { address: 'http://127.0.0.1:4646' },
      kubernetes: { kubeconfig: ['/k'] },
    });
  });

  it("takes the field's own variables where no profile is in use", () => {
    expect(resolveSettings(SILENT, AMBIENT, { installations: {} })).toMatchObject({
      profile: null,
      host: 'https://other.example.com',
      kubernetes: { kubeconfig: ['/home/a/one', '/home/a/two'] },
      nomad: { access: 'auto', address: 'http://10.0.0.9:4646', token: { value: 'ambient-token' } },
      conflicts: [],
    });
  });

  it('takes the profile that a flag names, read-only or not', () => {
    const lab = resolveSettings({ ...SILENT, installation: 'lab' }, {}, CONFIG);
    expect(lab).toMatchObject({
      profile: 'lab',
      readOnly: true,
      requestTimeout: 5_000,
      nomad: { access: 'exec', pod: 'nomad-server-0' },
    });
    const flag = resolveSettings({ ...SILENT, readOnly: true }, {}, CONFIG);
    expect(flag.readOnly).toBe(true);
    // A flag can add the guard, not take the profile's away.
    expect(
      resolveSettings({ ...SILENT, installation: 'lab', readOnly: false }, {}, CONFIG).readOnly,
    ).toBe(true);
  });

  it('says which installations there are when it is asked for another', () => {
    for (const name of ['staging', 'constructor', '__proto__']) {
      expect(() => resolveSettings({ ...SILENT, installation: name }, {}, CONFIG)).toThrowError(
        expect.objectContaining({
          kind: 'notFound',
          code: 'INSTALLATION_NOT_FOUND',
          hint: 'The config file has prod, lab.',
        }),
      );
    }
  });
});
