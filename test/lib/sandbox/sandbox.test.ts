import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { cli, SANDBOX_START, startSandbox } from '../../support/sandbox.ts';

/** Returns the contents of a sandbox's Nomad and Kubernetes, without what depends on its ports. */
function contents({ nomad, kubernetes }: Sandbox): unknown {
  return {
    nodes: nomad.state.nodes.all().map(({ id, name }) => ({ id, name })),
    jobs: nomad.state.jobs.all().map(({ id }) => id),
    pods: kubernetes.pods().map(({ metadata }) => metadata.name),
  };
}

test('the same seed creates the same installation, another seed a different one', async () => {
  const options = { scenario: 'healthy', clients: 3, builds: 5 };
  const [first, again, other] = await Promise.all([
    startSandbox({ ...options, seed: 7 }),
    startSandbox({ ...options, seed: 7 }),
    startSandbox({ ...options, seed: 8 }),
  ]);
  expect(contents(first)).toEqual(contents(again));
  expect(contents(first)).not.toEqual(contents(other));
  expect(first.nomad.state.nodes.size).toBe(3);
});

test('time stands still at rate 0 until it is advanced', async () => {
  const sandbox = await startSandbox({ scenario: 'idle' });
  expect(sandbox.clock.now()).toEqual(SANDBOX_START);
  const { id } = sandbox.nomad.submitJob({ durationMs: 60_000 });
  await sandbox.clock.advance(30_000);
  expect(sandbox.nomad.state.jobs.get(id)?.status).toBe('running');
  await sandbox.clock.advance(60_000);
  expect(sandbox.nomad.state.jobs.get(id)?.status).toBe('dead');
});

test('all access methods reach the same Nomad with its environment, without any file of the user', async () => {
  const sandbox = await startSandbox({ scenario: 'healthy' });
  const env = sandbox.environment();
  const clients = async (access: string): Promise<readonly string[]> => {
    const result = await cli(['nomad', 'node-status', '--json', '--nomad-access', access], { env });
    expect(result.stderr).toBe('');
    const document: { clients: { id: string }[] } = JSON.parse(result.stdout);
    return document.clients.map(({ id }) => id).sort();
  };
  const ids = sandbox.nomad.state.nodes.all().map(({ id }) => id);
  for (const access of ['direct', 'proxy', 'port-forward', 'exec']) {
    expect(await clients(access)).toEqual([...ids].sort());
  }
  for (const variable of ['KUBECONFIG', 'CIRCLECI_ADMIN_CONFIG_DIR', 'CIRCLECI_ADMIN_DATA_DIR']) {
    expect(env[variable]).toContain(`${sandbox.directory}/`);
  }
  expect(statSync(env['KUBECONFIG'] ?? '').mode & 0o777).toBe(0o600);
});

test('stopping closes all ports and removes its files, and may be repeated', async () => {
  const sandbox = await startSandbox({ scenario: 'idle' });
  const { nomad } = sandbox.describe().services;
  expect((await fetch(`${nomad.address}/v1/status/leader`)).status).toBe(200);
  const hanging = fetch(`${nomad.address}/v1/nodes?index=1000000&wait=5m`);
  await Promise.all([sandbox.stop(), sandbox.stop(), expect(hanging).rejects.toThrow()]);
  await expect(fetch(nomad.address)).rejects.toThrow();
  await expect(fetch(sandbox.control.address.url)).rejects.toThrow();
  expect(existsSync(sandbox.directory)).toBe(false);
});

test('a given directory is kept', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'circleci-sandbox-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  await (await startSandbox({ scenario: 'idle', directory })).stop();
  expect(existsSync(join(directory, 'kubeconfig'))).toBe(true);
});

test('an unknown scenario is rejected with the list of scenarios', async () => {
  await expect(Sandbox.start({ scenario: 'sunny' })).rejects.toMatchObject({
    kind: 'usage',
    code: 'UNKNOWN_SCENARIO',
    message: 'Unknown scenario "sunny"',
    hint: expect.stringMatching(/^The scenarios are healthy, idle, .*, large\.$/),
  });
});

test('faults of a scenario apply from the first request on, and calls are counted', async () => {
  const sandbox = await startSandbox({
    scenario: {
      name: 'own',
      summary: 'one of a test',
      nomad: { clients: 1, builds: 0 },
      kubernetes: {},
      faults: [{ service: 'nomad', times: 1, fault: { kind: 'status', status: 503 } }],
    },
  });
  const url = `${sandbox.describe().services.nomad.address}/v1/nodes`;
  expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([503, 200]);
  expect(sandbox.calls).toMatchObject({ reads: 2, writes: 0 });
});
