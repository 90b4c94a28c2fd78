import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { LIMITED_TOKEN } from '../../src/lib/sandbox/kubernetes/scenario.ts';
import type { Sandbox } from '../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../src/lib/sandbox/scenarios/index.ts';
import { machine } from '../support/machine.ts';
import { startSandbox } from '../support/sandbox.ts';

/** Creates a machine whose environment points at the sandbox, with a config file of its own. */
async function machineAt(sandbox: Sandbox) {
  const own = await machine();
  const { KUBECONFIG, CIRCLE_HOST, CIRCLE_TOKEN, NODE_EXTRA_CA_CERTS } = sandbox.environment();
  const env = { KUBECONFIG, CIRCLE_HOST, CIRCLE_TOKEN, NODE_EXTRA_CA_CERTS };
  const options = { env, clock: sandbox.clock };
  return { ...own, run: (...argv: readonly string[]) => own.cli(argv, options) };
}

describe('creating a profile', () => {
  test('init --yes writes it, doctor passes, and commands use it', async () => {
    const sandbox = await startSandbox();
    const { run, cli, configPath } = await machineAt(sandbox);
    const token = ['--token-command', 'printenv CIRCLE_TOKEN'];
    const { exitCode, stdout, stderr } = await run('init', '--yes', '--json', ...token);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      path: configPath,
      installation: 'circleci-sandbox',
      isNew: true,
      inUse: true,
      changed: true,
      missing: [],
    });
    expect(statSync(configPath).mode & 0o777).toBe(0o600);
    expect(sandbox.calls.writes).toBe(0);
    const checked = await run('doctor', '--json');
    expect(checked.exitCode).toBe(0);
    expect(JSON.parse(checked.stdout).summary).toMatchObject({ warning: 0, failed: 0, skipped: 0 });
    // Without the variables of the sandbox: the profile is sufficient.
    const { stdout: status } = await cli(['nomad', 'node-status', '--json']);
    expect(JSON.parse(status).clients).toHaveLength(sandbox.nomad.state.nodes.size);
  });

  test('the plan shows the written lines and the settings that were not found', async () => {
    const { run, configPath } = await machineAt(
      // Without builds, no log contains the host or the base domain.
      await startSandbox({
        scenario: { ...findScenario('idle'), nomad: { clients: 2, builds: 0 } },
      }),
    );
    const { exitCode, stderr } = await run(
      'init',
      '--yes',
      '--name',
      'prod',
      '--host',
      'ci.example.com',
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain('+   prod:\n+     host: ci.example.com\n');
    expect(stderr).toMatch(/\+ {7}clusterId: [0-9a-f-]{36}\n/);
    expect(stderr).toMatch(/Not found\nbaseDomain +not found in schedulerer's log\n/);
    const written = await readFile(configPath, 'utf8');
    const shown = stderr.split('\n').filter((line) => line.startsWith('+ '));
    expect(shown.map((line) => line.slice(2)).join('\n')).toBe(written.trimEnd());
  });
});

describe('discovery', () => {
  test('the host and base domain are read from the log of schedulerer', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { cli } = await machine();
    const env = { KUBECONFIG: sandbox.environment()['KUBECONFIG'] };
    const result = await cli(['init', '--dry-run', '--json'], { env, clock: sandbox.clock });
    const { settings } = JSON.parse(result.stdout);
    const source = "schedulerer's log";
    expect(settings).toContainEqual({ key: 'host', value: 'circleci.example.com', source });
    const value = 'sandbox.circleci.internal';
    expect(settings).toContainEqual({ key: 'baseDomain', value, source });
  });

  test('a 4.x server is found by its label, in any namespace', async () => {
    const sandbox = await startSandbox({
      scenario: {
        name: 'four',
        summary: '',
        nomad: { clients: 1 },
        kubernetes: {
          namespace: 'ci-prod',
          pods: [
            {
              name: 'nomad-server',
              kind: 'StatefulSet',
              labels: { app: 'nomad-server', layer: 'execution' },
            },
            { name: 'docker-provisioner' },
          ],
        },
      },
    });
    const { run } = await machineAt(sandbox);
    const { settings, missing } = JSON.parse((await run('init', '--dry-run', '--json')).stdout);
    expect(settings).toContainEqual({
      key: 'nomad.pod',
      value: 'nomad-server-0',
      source: 'its pod',
    });
    expect(settings).toContainEqual(
      expect.objectContaining({ key: 'kubernetes.namespace', value: 'ci-prod' }),
    );
    expect(missing).toContainEqual({
      key: 'version',
      why: 'it is 4.3 or later (docker-provisioner runs); the image tags do not show which',
    });
  });

  test('with few permissions only the usual namespaces are searched, and other settings are omitted', async () => {
    const sandbox = await startSandbox({ scenario: 'no-permissions' });
    const { run } = await machineAt(sandbox);
    const { exitCode, stdout } = await run('init', '--yes', '--json');
    expect(exitCode).toBe(0);
    const { settings, missing } = JSON.parse(stdout);
    expect(sandbox.kubernetes.kubeconfig()).toContain(LIMITED_TOKEN);
    expect(settings.map(({ key }: { key: string }) => key)).toContain('kubernetes.namespace');
    expect(missing).toContainEqual({
      key: 'kubernetes.clusterId',
      why: 'no permission to read the namespace kube-system',
    });
  });
});

describe('nothing is written', () => {
  test('without a terminal and without --yes', async () => {
    const { run, configPath } = await machineAt(
      // Without builds, no log contains the host or the base domain.
      await startSandbox({
        scenario: { ...findScenario('idle'), nomad: { clients: 2, builds: 0 } },
      }),
    );
    const { exitCode, stderr } = await run('init', '--json');
    expect(exitCode).toBe(6);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'NOT_CONFIRMED',
      message:
        'This change needs confirmation, and there is no terminal to ask on: Write installation circleci-sandbox?',
      hint: expect.stringContaining('--yes'),
    });
    expect(existsSync(configPath)).toBe(false);
  });

  test('if no namespace has a Nomad server', async () => {
    const kubernetes = { pods: [{ name: 'something-else' }] };
    const scenario = { name: 'none', summary: '', nomad: { clients: 1 }, kubernetes };
    const { run, configPath } = await machineAt(await startSandbox({ scenario }));
    const { exitCode, stderr } = await run('init', '--yes', '--json');
    expect(exitCode).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'NO_INSTALLATION_FOUND',
      hint: expect.stringContaining('--context: circleci-sandbox'),
    });
    expect(existsSync(configPath)).toBe(false);
  });

  test('with an invalid host', async () => {
    const { run, configPath } = await machineAt(
      // Without builds, no log contains the host or the base domain.
      await startSandbox({
        scenario: { ...findScenario('idle'), nomad: { clients: 2, builds: 0 } },
      }),
    );
    const { exitCode, stderr } = await run('init', '--yes', '--json', '--host', 'not a host');
    expect({ exitCode, code: JSON.parse(stderr).code }).toEqual({ exitCode: 2, code: 'BAD_VALUE' });
    expect(existsSync(configPath)).toBe(false);
  });
});

test('overwriting an existing profile has a warning and keeps its other keys', async () => {
  const { run, cli, configPath } = await machineAt(await startSandbox({ scenario: 'idle' }));
  for (const [key, value] of [
    ['host', 'old.example.com'],
    ['nomad.region', 'global'],
  ]) {
    await cli(['config', 'set', key ?? '', value ?? '', '--installation', 'prod', '--yes']);
  }
  const { exitCode, stderr } = await run(
    'init',
    '--yes',
    '--name',
    'prod',
    '--host',
    'new.example.com',
  );
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    'Warning: The file already has an installation prod: this overwrites its host.',
  );
  const text = await readFile(configPath, 'utf8');
  expect(text).toContain('host: new.example.com');
  expect(text).toContain('region: global');
});
