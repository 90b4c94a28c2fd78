import { expect, it } from 'vitest';
import { cli, startSandbox } from '../../support/sandbox.ts';

/** Without a profile: a kubeconfig leads there, and an address of Nomad where it is wanted. */
async function run(line: string, direct = false): ReturnType<typeof cli> {
  const sandbox = await startSandbox({ builds: 0 });
  const { KUBECONFIG = '', NOMAD_ADDR = '' } = sandbox.environment();
  return cli(line.split(' '), { env: { KUBECONFIG, ...(direct ? { NOMAD_ADDR } : {}) } });
}

it('calls an installation without a profile by the context and the namespace in use', async () => {
  const { stderr, exitCode } = await run('pods restart frontend --dry-run');
  expect(stderr).toContain('Installation: circleci-sandbox/circleci-server\n');
  expect(stderr).toContain('Dry run: nothing was changed in circleci-sandbox/circleci-server.');
  expect(exitCode).toBe(0);
});

it('calls it so in a diagnosis', async () => {
  const { stdout } = await run('troubleshoot queue --json');
  expect(JSON.parse(stdout)).toMatchObject({ installation: 'circleci-sandbox/circleci-server' });
});

it('names the cluster for what is changed there, wherever Nomad is', async () => {
  const { stderr } = await run('pods restart frontend --dry-run', true);
  expect(stderr).toMatch(/^Installation: circleci-sandbox\/circleci-server, Nomad at http:/);
  const drain = await run('nomad drain --all --dry-run', true);
  expect(drain.stderr).toMatch(/^Installation: Nomad at http:/);
});
