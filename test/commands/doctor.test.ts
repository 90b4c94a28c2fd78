import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, LIMITED_TOKEN } from '../../src/lib/sandbox/kubernetes/scenario.ts';
import type { Sandbox } from '../../src/lib/sandbox/sandbox.ts';
import { SERVER_DEVELOPER_TOKEN } from '../../src/lib/sandbox/server/scenario.ts';
import { idleWithFourNames } from '../support/four-servers.ts';
import { type Machine, machine } from '../support/machine.ts';
import { type CliResult, passTimeUntil, startSandbox } from '../support/sandbox.ts';

interface Told {
  readonly code: string;
  readonly status: string;
  readonly message: string;
  readonly hint: string | null;
  readonly ref: string;
}

/** Advances the sandbox's clock until a command has ended; `tookMs` is the sandbox time it took. */
async function runThrough(
  sandbox: Sandbox,
  result: Promise<CliResult>,
): Promise<{ readonly result: CliResult; readonly tookMs: number }> {
  const from = sandbox.clock.nowMs();
  const ended = await passTimeUntil(result, sandbox);
  return { result: ended, tookMs: sandbox.clock.nowMs() - from };
}

interface Setup {
  readonly sandbox: Sandbox;
  readonly own: Machine;
  /** The text of the config file. */
  readonly profile: string;
}

/** Creates a machine with a profile that reaches the sandbox's Nomad only through the cluster. */
async function prepare(sandbox: Sandbox): Promise<Setup> {
  const own = await machine();
  const { KUBECONFIG, CIRCLE_HOST, CIRCLE_TOKEN, NODE_EXTRA_CA_CERTS } = sandbox.environment();
  const tokenFile = join(own.home, 'token');
  await writeFile(tokenFile, `${CIRCLE_TOKEN}\n`, { mode: 0o600 });
  const namespaces = sandbox.kubernetes.cluster.collection('', 'namespaces');
  const profile = [
    'current: prod',
    'installations:',
    '  prod:',
    `    host: ${CIRCLE_HOST}`,
    '    kubernetes:',
    `      kubeconfig: ${KUBECONFIG}`,
    '      context: circleci-sandbox',
    '      namespace: circleci-server',
    `      clusterId: ${namespaces?.get(undefined, 'kube-system').metadata.uid}`,
    '    server:',
    `      tokenFile: ${tokenFile}`,
    `      caFile: ${NODE_EXTRA_CA_CERTS}`,
    '',
  ].join('\n');
  await mkdir(dirname(own.configPath), { recursive: true });
  await writeFile(own.configPath, profile, { mode: 0o600 });
  return { sandbox, own, profile };
}

async function doctor({ sandbox, own }: Setup, ...flags: readonly string[]) {
  const run = own.cli(['doctor', '--json', ...flags], { clock: sandbox.clock });
  const { result, tookMs } = await runThrough(sandbox, run);
  expect(result.stderr).toBe('');
  const document: {
    readonly installation: string | null;
    readonly checks: readonly Told[];
    readonly summary: Readonly<Record<string, number>>;
  } = JSON.parse(result.stdout);
  return { ...document, exitCode: result.exitCode, tookMs };
}

function withStatus(checks: readonly Told[], status: string): readonly string[] {
  return checks.filter((check) => check.status === status).map(({ code }) => code);
}

test('a healthy installation has no failures or warnings, and nothing is changed', async () => {
  const setup = await prepare(await startSandbox());
  const { checks, summary, exitCode, installation } = await doctor(setup);
  expect(checks.filter(({ status }) => !['ok', 'not-configured'].includes(status))).toEqual([]);
  expect(exitCode).toBe(0);
  expect(installation).toBe('prod');
  expect(withStatus(checks, 'not-configured')).toEqual(['CA0104', 'CA0301']);
  expect(summary).toEqual({
    ok: checks.length - 2,
    warning: 0,
    failed: 0,
    skipped: 0,
    notConfigured: 2,
  });
  expect(setup.sandbox.calls.writes).toBe(0);
});

type Break = (setup: Setup) => void | Promise<void>;

/** Faults, each with the one check that must fail and the pattern of its message. */
const FAULTS: Readonly<Record<string, readonly [string, RegExp, Break]>> = {
  'a config file with a wrong key': [
    'CA0101',
    /config\.yaml:\d+:\d+: .*nomda/,
    ({ own, profile }) => writeFile(own.configPath, `${profile}    nomda: {}\n`),
  ],
  'a config file that others can write': [
    'CA0102',
    /its mode is 0666: others can write it/,
    ({ own }) => chmod(own.configPath, 0o666),
  ],
  'a token file that others can read': [
    'CA0105',
    /can be read by other users/,
    ({ own }) => chmod(join(own.home, 'token'), 0o644),
  ],
  'a context that the kubeconfig does not have': [
    'CA0201',
    /no context "other"/,
    ({ own, profile }) =>
      writeFile(own.configPath, profile.replace('context: circleci-sandbox', 'context: other')),
  ],
  'a credential plugin that is not installed': [
    'CA0202',
    /plugin no-such-plugin is not installed/,
    ({ sandbox }) => rewriteKubeconfig(sandbox, `token: ${ADMIN_TOKEN}`, PLUGIN),
  ],
  'an API server that is down': [
    'CA0203',
    /^Kubernetes: Cannot reach 127\.0\.0\.1:\d+: /,
    ({ sandbox }) => sandbox.kubernetes.stop(),
  ],
  'an API server that does not respond': [
    'CA0203',
    /^timed out after 15s$/,
    ({ sandbox }) => sandbox.faults.add({ service: 'kubernetes', fault: { kind: 'hang' } }),
  ],
  'an API server with a certificate of another CA': [
    'CA0204',
    /is not trusted/,
    async ({ sandbox }) => {
      const ca = await readFile(sandbox.environment()['NODE_EXTRA_CA_CERTS'] ?? '');
      const line = `certificate-authority-data: ${ca.toString('base64')}`;
      await rewriteKubeconfig(sandbox, /certificate-authority-data: [\s\S]*?(?=\n\S)/, line);
    },
  ],
  'a token that the API server rejects': [
    'CA0205',
    /does not accept the credentials of context "circleci-sandbox"/,
    ({ sandbox }) => rewriteKubeconfig(sandbox, ADMIN_TOKEN, 'expired-token'),
  ],
  'another cluster': [
    'CA0207',
    /^This is not the cluster of installation prod$/,
    ({ own, profile }) =>
      writeFile(own.configPath, profile.replace(/clusterId: .*/, 'clusterId: another')),
  ],
  'a namespace that does not exist': [
    'CA0208',
    /namespace "circleci" does not exist$/,
    ({ own, profile }) => writeFile(own.configPath, profile.replace('circleci-server', 'circleci')),
  ],
  'a role without permission for any way to Nomad': [
    'CA0209',
    /^missing: get pods\/proxy \(.*get pods\/exec \(.*get pods\/log \(.*delete pods \(.*patch deployments\.apps \(.*patch statefulsets\.apps \(/,
    ({ sandbox }) => rewriteKubeconfig(sandbox, ADMIN_TOKEN, LIMITED_TOKEN),
  ],
  'a pod that is not ready': [
    'CA0211',
    /^1 of \d+ not ready: frontend-\S+ \(/,
    ({ sandbox }) => sandbox.kubernetes.setReady('frontend', false),
  ],
  'a Nomad server whose pod is not ready': [
    'CA0212',
    /^circleci-nomad-0 is not ready/,
    ({ sandbox }) => sandbox.kubernetes.setReady('circleci-nomad-0', false),
  ],
  'a Nomad server in a pod of another name': [
    'CA0212',
    /pod nomad-server-0 does not exist/,
    ({ own, profile }) =>
      writeFile(own.configPath, `${profile}    nomad: { pod: nomad-server-0 }\n`),
  ],
  'a Nomad that closes connections': [
    'CA0302',
    /circleci-nomad-0/,
    async ({ sandbox, own, profile }) => {
      await writeFile(own.configPath, `${profile}    nomad: { access: proxy }\n`);
      sandbox.faults.add({ service: 'nomad', fault: { kind: 'reset' } });
    },
  ],
  'a Nomad that does not respond': [
    'CA0303',
    /^Timed out after 10s$/,
    async ({ sandbox, own, profile }) => {
      await writeFile(own.configPath, `${profile}    nomad: { access: port-forward }\n`);
      sandbox.faults.add({ service: 'nomad', fault: { kind: 'hang' } });
    },
  ],
  'a Nomad without a leader': [
    'CA0305',
    /^there is no leader$/,
    ({ sandbox }) => sandbox.nomad.setLeader(false),
  ],
  'a Nomad that rejects the token': [
    'CA0306',
    /[Pp]ermission denied|token/,
    ({ sandbox }) =>
      sandbox.faults.add({
        service: 'nomad',
        path: '^/v1/nodes',
        fault: { kind: 'status', status: 403, body: 'ACL token not found' },
      }),
  ],
  'a host that does not exist': [
    'CA0401',
    /the host does not exist|DNS lookup failed/,
    ({ own, profile }) =>
      writeFile(own.configPath, profile.replace(/host: .*/, 'host: no-such-host.invalid')),
  ],
  'a host that is down': [
    'CA0401',
    /the connection was refused/,
    ({ sandbox }) => sandbox.server.stop(),
  ],
  'a host with a certificate of an unknown CA': [
    'CA0402',
    /is not trusted: [A-Z_]+/,
    ({ own, profile }) => writeFile(own.configPath, profile.replace(/\n *caFile: .*/, '')),
  ],
  'a server that responds with errors': [
    'CA0403',
    /answers with 500$/,
    ({ sandbox }) =>
      sandbox.faults.add({ service: 'server', fault: { kind: 'status', status: 500 } }),
  ],
  'a server that does not respond': [
    'CA0403',
    /^timed out after 15s$/,
    ({ sandbox }) => sandbox.faults.add({ service: 'server', fault: { kind: 'hang' } }),
  ],
  'a token that the server rejects': [
    'CA0404',
    /does not accept the API token$/,
    ({ own }) => writeFile(join(own.home, 'token'), 'revoked-token\n'),
  ],
  "a token that is not an administrator's": [
    'CA0405',
    /^sandbox-developer is not an administrator$/,
    ({ own }) => writeFile(join(own.home, 'token'), `${SERVER_DEVELOPER_TOKEN}\n`),
  ],
  'an audit log that cannot be written': [
    'CA0503',
    /audit\.jsonl cannot be written: E[A-Z]+$/,
    ({ own }) => writeFile(own.dataDir, 'a file where a directory should be'),
  ],
};

const PLUGIN = [
  'exec:',
  '        apiVersion: client.authentication.k8s.io/v1',
  '        command: no-such-plugin',
  '        interactiveMode: Never',
].join('\n');

async function rewriteKubeconfig(sandbox: Sandbox, from: string | RegExp, to: string) {
  const path = sandbox.environment()['KUBECONFIG'] ?? '';
  const text = await readFile(path, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
}

describe('exactly one check fails for', () => {
  test.each(Object.entries(FAULTS))('%s', async (_name, [code, words, breakIt]) => {
    const setup = await prepare(await startSandbox({ scenario: 'idle' }));
    await breakIt(setup);
    const { checks, exitCode, tookMs } = await doctor(setup);
    const failed = checks.filter(({ status }) => status === 'failed');
    expect(failed.map((check) => check.code)).toEqual([code]);
    expect(failed[0]?.message).toMatch(words);
    expect(failed[0]).toMatchObject({ hint: expect.any(String), ref: `docs/checks/${code}.md` });
    expect(withStatus(checks, 'warning')).toEqual([]);
    expect(exitCode).toBe(9);
    expect(tookMs).toBeLessThanOrEqual(60_000);
  });

  test('a certificate that has expired', async () => {
    const setup = await prepare(await startSandbox({ scenario: 'bad-certificate' }));
    const { checks } = await doctor(setup);
    const failed = checks.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      { code: 'CA0402', message: expect.stringMatching(/has expired on \d{4}-\d\d-\d\d$/) },
    ]);
    expect(withStatus(checks, 'skipped')).toEqual(['CA0403', 'CA0404', 'CA0405']);
  });
});

describe("the Nomad server's pod, if it is not configured", () => {
  test('is found under another name, with one list of the pods for all checks', async () => {
    const setup = await prepare(await startSandbox({ scenario: idleWithFourNames() }));
    const { checks, exitCode } = await doctor(setup);
    expect(checks.filter(({ status }) => !['ok', 'not-configured'].includes(status))).toEqual([]);
    expect(exitCode).toBe(0);
    expect(checks.find(({ code }) => code === 'CA0212')?.message).toBe(
      'nomad-server-0 (found: there is no circleci-nomad-0)',
    );
    const lists = setup.sandbox.calls.recent().filter(({ path }) => /\/pods(\?|$)/.test(path));
    expect(lists).toHaveLength(1);
    expect(setup.sandbox.calls.recent().map(({ path }) => path)).not.toContainEqual(
      expect.stringContaining('circleci-nomad-0'),
    );
  });

  test('is named in its check if it is not ready; other pods are reported by the check of pods', async () => {
    const setup = await prepare(await startSandbox({ scenario: idleWithFourNames() }));
    for (const at of [0, 1, 2]) setup.sandbox.kubernetes.setReady(`nomad-server-${at}`, false);
    const { checks } = await doctor(setup);
    expect(checks.filter(({ status }) => status === 'failed')).toMatchObject([
      { code: 'CA0211', message: expect.stringMatching(/nomad-server-1.*nomad-server-2/) },
      { code: 'CA0212', message: expect.stringMatching(/^nomad-server-0 .*is not ready/) },
    ]);
  });
});

test('a way to Nomad that does not work is a warning if another one works', async () => {
  const setup = await prepare(await startSandbox({ scenario: 'idle' }));
  // The fault does not affect the CLI in the pod.
  setup.sandbox.faults.add({ service: 'nomad', fault: { kind: 'reset' } });
  const { checks, exitCode } = await doctor(setup);
  expect(withStatus(checks, 'warning')).toEqual(['CA0302', 'CA0303']);
  expect(checks.find(({ code }) => code === 'CA0302')?.message).toContain('(commands use exec)');
  expect(checks.find(({ code }) => code === 'CA0306')?.status).toBe('ok');
  expect(exitCode).toBe(0);
});

test('an installation that hangs is reported within --timeout, each fault once', async () => {
  const setup = await prepare(await startSandbox({ scenario: 'idle' }));
  setup.sandbox.faults.add({ fault: { kind: 'hang' } });
  const { checks, tookMs } = await doctor(setup, '--timeout', '5s');
  expect(tookMs).toBeLessThan(7_000);
  expect(withStatus(checks, 'failed')).toEqual(['CA0203', 'CA0403']);
  expect(checks.find(({ code }) => code === 'CA0203')?.message).toBe(
    'the checks timed out after 5s',
  );
});

test('--wait retries until no check fails', async () => {
  const setup = await prepare(await startSandbox({ scenario: 'idle' }));
  const { sandbox, own } = setup;
  sandbox.faults.add({ service: 'server', times: 1, fault: { kind: 'status', status: 500 } });
  const run = own.cli(['doctor', '--json', '--wait', '1m'], { clock: sandbox.clock });
  const { result, tookMs } = await runThrough(sandbox, run);
  expect(result.stderr).toBe('CA0403 failed: retrying in 5s\n');
  expect(result.exitCode).toBe(0);
  expect(JSON.parse(result.stdout).summary.failed).toBe(0);
  expect(tookMs).toBeLessThan(30_000);
});

describe('the flags', () => {
  test('select checks by code and category', async () => {
    const setup = await prepare(await startSandbox({ scenario: 'idle' }));
    const only = await doctor(setup, '--only', 'machine,ca0101', '--skip', 'CA0502');
    expect(only.checks.map(({ code }) => code)).toEqual(['CA0101', 'CA0501', 'CA0503']);
    expect(only.exitCode).toBe(0);
  });

  test('hide results below --min-severity but count them', async () => {
    const setup = await prepare(await startSandbox({ scenario: 'idle' }));
    await chmod(setup.own.configPath, 0o644);
    const { checks, summary, exitCode } = await doctor(setup, '--min-severity', 'warning');
    expect(checks).toMatchObject([{ code: 'CA0102', status: 'warning' }]);
    expect({ exitCode, warnings: summary['warning'] }).toEqual({ exitCode: 0, warnings: 1 });
    expect(summary['ok']).toBeGreaterThan(20);
  });

  test('suggest the closest check for an unknown one', async () => {
    const { cli } = await machine();
    const { exitCode, stdout, stderr } = await cli(['doctor', '--only', 'nomda', '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'UNKNOWN_CHECK',
      message: 'There is no check "nomda"',
      hint: expect.stringContaining('Did you mean nomad?'),
    });
  });
});

describe('on a terminal', () => {
  test('the checks are grouped and marked, and a failure has a hint', async () => {
    const setup = await prepare(await startSandbox({ scenario: 'idle' }));
    setup.sandbox.nomad.setLeader(false);
    const show = async (env: Readonly<Record<string, string>>) => {
      const run = setup.own.cli(['doctor'], { clock: setup.sandbox.clock, tty: true, env });
      return (await runThrough(setup.sandbox, run)).result.stdout;
    };
    const text = await show({ LANG: 'en_US.UTF-8' });
    expect(text).toMatch(/^Installation: prod\n\nConfiguration\n✔ CA0101 /);
    expect(text).toContain(
      '✖ CA0305 Nomad has a leader: there is no leader\n         Check the servers',
    );
    expect(text).toContain('– CA0306 Nomad allows reading: CA0305 failed\n');
    expect(text).toContain(
      '· CA0301 Nomad can be reached at its address: not configured: not set up\n',
    );
    expect(text).toMatch(/\n\d+ ok, 0 warnings, 1 failed, 3 skipped, \d not configured\n$/);
    const plain = await show({ TERM: 'dumb', LANG: 'en_US.UTF-8' });
    expect(plain).toMatch(/\nx CA0305 [\s\S]*\n- CA0306 /);
    expect(plain).toMatch(/^[\n -~]*$/);
  });
});
