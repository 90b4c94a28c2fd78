import { expect, it } from 'vitest';
import { cli, startSandbox } from '../../support/sandbox.ts';

/** Runs a command without a profile, with a kubeconfig and (if `direct`) an address of Nomad. */
async function run(line: string, direct = false): ReturnType<typeof cli> {
  const sandbox = await startSandbox({ builds: 0 });
  const { KUBECONFIG = '', NOMAD_ADDR = '' } = sandbox.environment();
  return cli(line.split(' '), { env: { KUBECONFIG, ...(direct ? { NOMAD_ADDR } : {}) } });
}

it('names an installation without a profile by its context and namespace', async () => {
  const { stderr, exitCode } = await run('pods restart frontend --dry-run');
  expect(stderr).toContain('Installation: circleci-sandbox/circleci-server\n');
  expect(stderr).toContain('Dry run: nothing was changed in circleci-sandbox/circleci-server.');
  expect(exitCode).toBe(0);
});

it('uses the same name in a diagnosis', async () => {
  const { stdout } = await run('troubleshoot queue --json');
  expect(JSON.parse(stdout)).toMatchObject({ installation: 'circleci-sandbox/circleci-server' });
});

it('includes the cluster in the name only for changes in the cluster, if Nomad has an address', async () => {
  const { stderr } = await run('pods restart frontend --dry-run', true);
  expect(stderr).toMatch(/^Installation: circleci-sandbox\/circleci-server, Nomad at http:/);
  const drain = await run('nomad drain --all --dry-run', true);
  expect(drain.stderr).toMatch(/^Installation: Nomad at http:/);
});
