import { expect, it, onTestFinished } from 'vitest';
import { permissions } from '../../../../src/lib/doctor/checks/permissions.ts';
import type { Settings } from '../../../../src/lib/installation/settings.ts';
import type { PolicyRule } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { clientOf, connectionTo } from '../../kubernetes/api-server.ts';
import { startRig } from '../../sandbox/kubernetes/rig.ts';

const rule = (apiGroup: string, resource: string, ...verbs: string[]): PolicyRule => ({
  verbs,
  apiGroups: [apiGroup],
  resources: [resource],
});

const WATCHING = [
  rule('', 'pods', 'get', 'list'),
  rule('', 'pods/proxy', 'get', 'create'),
  rule('', 'pods/portforward', 'get'),
  rule('', 'pods/exec', 'get'),
  rule('', 'pods/log', 'get'),
];
const RESTARTING = [
  rule('', 'pods', 'delete'),
  rule('apps', 'deployments', 'patch'),
  rule('apps', 'statefulsets', 'patch'),
];

type Access = Settings['nomad']['access'];

/** Runs the check for a user with these rules. */
async function check(
  rules: readonly PolicyRule[],
  access: Access = 'auto',
  readOnly = false,
): Promise<{ readonly status: string; readonly message: string }> {
  const rig = await startRig({ pods: [], users: [{ name: 'me', token: 'mine', rules }] });
  onTestFinished(() => rig.stop());
  const credentials = async () => ({ headers: { authorization: 'Bearer mine' }, tls: {} });
  const cluster = clientOf(connectionTo(rig.sandbox.url, { credentials }), rig.clock);
  const settings = { readOnly, nomad: { access, address: null } } as unknown as Settings;
  const context = { cluster: async () => cluster, settings: async () => settings };
  const { status, message } = await permissions.run(
    context as unknown as Parameters<typeof permissions.run>[0],
  );
  return { status, message };
}

it.each<[string, Parameters<typeof check>, string, RegExp]>([
  ['everything', [[...WATCHING, ...RESTARTING]], 'ok', /^all 10 permissions$/],
  ['a read-only profile', [WATCHING, 'auto', true], 'ok', /^all 6 permissions$/],
  [
    'a user with read permissions only',
    [WATCHING],
    'warning',
    /^missing: delete pods \([^)]*\), patch deployments\.apps \([^)]*\), patch statefulsets\.apps \([^)]*\)$/,
  ],
  [
    'deployments of another group',
    [[...WATCHING, rule('', 'pods', 'delete'), rule('extensions', 'deployments', 'patch')]],
    'warning',
    /^missing: patch deployments\.apps /,
  ],
  [
    'no exec in pods, if Nomad is reached in another way',
    [
      [...WATCHING, ...RESTARTING].filter(({ resources }) => resources?.[0] !== 'pods/exec'),
      'proxy',
    ],
    'warning',
    /^missing: get pods\/exec \(.*troubleshoot queue\)$/,
  ],
  [
    'exec that may only be created, which servers before 1.35 refuse over WebSocket',
    [
      [
        ...[...WATCHING, ...RESTARTING].filter(({ resources }) => resources?.[0] !== 'pods/exec'),
        rule('', 'pods/exec', 'create'),
      ],
    ],
    'warning',
    /^missing: get pods\/exec /,
  ],
  [
    'only an access method to Nomad that the profile does not use',
    [
      [...WATCHING, ...RESTARTING].filter(({ resources }) => resources?.[0] !== 'pods/proxy'),
      'proxy',
    ],
    'failed',
    /^missing: get pods\/proxy /,
  ],
  ['no pods', [WATCHING.slice(1)], 'failed', /^missing: list pods \(find the pods\), get pods /],
])('reports missing permissions: %s', async (_, given, status, message) => {
  const said = await check(...given);
  expect(said).toMatchObject({ status, message: expect.stringMatching(message) });
});
