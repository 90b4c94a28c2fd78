import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { machine } from '../../support/machine.ts';
import { startSandbox } from '../../support/sandbox.ts';

const OTHER = '00000000-0000-4000-8000-000000000000';

function idOf(sandbox: Sandbox): string {
  const found = sandbox.kubernetes.cluster
    .collection('', 'namespaces')
    ?.get(undefined, 'kube-system');
  return found?.metadata.uid ?? '';
}

/** Creates a machine whose profile `prod` points at a sandbox and has the given cluster ID. */
async function machineFor(sandbox: Sandbox, clusterId: string) {
  const own = await machine();
  await mkdir(dirname(own.configPath), { recursive: true });
  const kubeconfig = sandbox.environment()['KUBECONFIG'];
  await writeFile(
    own.configPath,
    [
      'current: prod',
      'installations:',
      '  prod:',
      '    kubernetes:',
      `      kubeconfig: ${kubeconfig}`,
      '      context: circleci-sandbox',
      '      namespace: circleci-server',
      `      clusterId: ${clusterId}`,
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  const [node] = sandbox.nomad.state.nodes.all();
  return { ...own, node: node?.name ?? '' };
}

/** Counts the reads of the cluster's ID. */
function asked(sandbox: Sandbox): number {
  return sandbox.calls.recent().filter(({ path }) => path.endsWith('/namespaces/kube-system'))
    .length;
}

describe('with the cluster of the profile', () => {
  test('there is no message, and a change reads the ID once', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { cli, node } = await machineFor(sandbox, idOf(sandbox));
    const read = await cli(['nomad', 'node-status', '--json']);
    expect({ exitCode: read.exitCode, stderr: read.stderr }).toEqual({ exitCode: 0, stderr: '' });
    sandbox.calls.reset();
    const changed = await cli(['nomad', 'eligibility', node, '--disable', '--yes', '--json']);
    expect(changed.exitCode).toBe(0);
    expect(asked(sandbox)).toBe(1);
  });
});

describe('with another cluster than that of the profile', () => {
  test('a change is refused, not logged and not applied, and the error has both IDs', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { cli, node, dataDir } = await machineFor(sandbox, OTHER);
    const argv = ['nomad', 'eligibility', node, '--disable', '--yes', '--json'];
    const { exitCode, stdout, stderr } = await cli(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'OTHER_CLUSTER',
      message: 'This is not the cluster of installation prod',
      hint: expect.stringContaining(`Its ID is ${idOf(sandbox)}, but the profile has ${OTHER}`),
    });
    expect(sandbox.calls.writes).toBe(0);
    await expect(readFile(join(dataDir, 'audit.jsonl'))).rejects.toThrow('ENOENT');
  });

  test('a pass-through command that may change something is refused', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { cli } = await machineFor(sandbox, OTHER);
    const { exitCode, stderr } = await cli(['nomad', 'cli', '--yes', '--', 'system', 'gc']);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('not the cluster of installation prod');
  });

  test('a read succeeds with a warning', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { cli } = await machineFor(sandbox, OTHER);
    const { exitCode, stdout, stderr } = await cli(['nomad', 'node-status', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).clients).toHaveLength(5);
    expect(stderr).toMatch(/^Warning: This is not the cluster of installation prod\. Its ID is /);
  });
});

test('a change is allowed with a note if the ID cannot be read', async () => {
  const sandbox = await startSandbox({ scenario: 'idle' });
  sandbox.faults.add({ path: '/namespaces/kube-system$', fault: { kind: 'status', status: 403 } });
  const { cli, node } = await machineFor(sandbox, OTHER);
  const { exitCode, stderr } = await cli(['nomad', 'eligibility', node, '--disable', '--yes']);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('Cannot verify that this is the cluster of prod: ');
});
