import { expect, it } from 'vitest';
import { cli, startSandbox } from '../../support/sandbox.ts';

/** A kubeconfig alone leads there: no profile, and no address of Nomad. */
async function run(line: string): ReturnType<typeof cli> {
  const sandbox = await startSandbox({ builds: 0 });
  const { KUBECONFIG = '' } = sandbox.environment();
  return cli(line.split(' '), { env: { KUBECONFIG } });
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
