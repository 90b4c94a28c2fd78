import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

test('a shell that evaluates the output has only the variables of the sandbox', async () => {
  const { name, state } = await serveSandbox('--scenario', 'acl');
  const { stdout } = await cli(['sandbox', 'env', '--name', name]);
  const script = `eval "$LINES_TO_EVALUATE"; env -0`;
  const output = execFileSync('sh', ['-c', script], {
    env: {
      PATH: process.env['PATH'],
      CIRCLE_TOKEN: 'real',
      NOMAD_REGION: 'real',
      LINES_TO_EVALUATE: stdout,
    },
    encoding: 'utf8',
  });
  const seen = Object.fromEntries(output.split('\0').map((pair) => pair.split(/=(.*)/s)));
  expect(seen).toMatchObject(state.environment);
  expect(seen).not.toHaveProperty('NOMAD_REGION');
  expect(seen['NOMAD_TOKEN']).toMatch(/^[0-9a-f-]{36}$/);
});

test('--shell and --json', async () => {
  const { name, state } = await serveSandbox('--scenario', 'idle');
  const fish = await cli(['sandbox', 'env', '--name', name, '--shell', 'fish']);
  expect(fish.stdout).toContain(`set -gx KUBECONFIG '${state.environment['KUBECONFIG']}'\n`);
  const json = await cli(['sandbox', 'env', '--name', name, '--json']);
  expect(JSON.parse(json.stdout)).toEqual({
    environment: state.environment,
    unset: expect.arrayContaining(['CIRCLECI_ADMIN_INSTALLATION', 'NOMAD_TOKEN']),
  });
});

test('without a sandbox, standard output is empty, so that a shell evaluates nothing', async () => {
  const { exitCode, stdout, stderr } = await cli(['sandbox', 'env', '--name', 'nobody']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toContain('Run: circleci-admin sandbox start --detach --name nobody\n');
});
