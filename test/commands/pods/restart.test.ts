import { expect, it } from 'vitest';
import { cli, startSandbox, whileTimePasses } from '../../support/sandbox.ts';

it('shows the impact of the outage, and requires --confirm if builds are lost', async () => {
  const sandbox = await startSandbox({ builds: 2 });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const restart = ['pods', 'restart', 'output-processor'];
  const planned = await cli([...restart, '--dry-run', '--json'], options);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    how: 'roll',
    runningBuilds: 2,
    targets: [{ name: 'output-processor', losesBuilds: true, severity: 'critical' }],
  });
  const refused = await cli([...restart, '--yes'], options);
  expect(refused).toMatchObject({ stdout: '', exitCode: 6 });
  expect(refused.stderr).toContain('running builds fail or stay inconsistent');
  expect(refused.stderr).toContain('2 running builds may be affected');
  expect(refused.stderr).toContain('--confirm output-processor');
  const done = await cli([...restart, '--confirm', 'output-processor', '--detach'], options);
  expect(done).toMatchObject({ exitCode: 0 });
});

it('waits until the new pod is ready and reports the outcome', async () => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const limits = ['--timeout', '1d', '--request-timeout', '1d'];
  const line = ['pods', 'restart', 'dispatcher', '--delete', '--yes', '--json', ...limits];
  const { stdout, exitCode } = await whileTimePasses(sandbox.clock, () => cli(line, options));
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    how: 'delete',
    exitCode: 0,
    targets: [
      {
        ...{ target: 'Deployment/dispatcher', service: 'dispatcher', outcome: 'ready' },
        pods: [expect.stringMatching(/^dispatcher-/)],
      },
    ],
  });
});

it.each([
  [[], 2, 'MISSING_ARGUMENT'],
  [['inject-bottoken', '--yes'], 7, 'NOT_RESTARTABLE'],
  [['dispatchr', '--yes'], 5, 'POD_NOT_FOUND'],
])('rejects %j', async (words, exitCode, code) => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const result = await cli(['pods', 'restart', ...words, '--json'], options);
  expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
});
