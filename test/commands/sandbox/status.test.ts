import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

test('shows the addresses, the time and the number of requests', async () => {
  const { name, state } = await serveSandbox('--scenario', 'idle');
  await cli(['nomad', 'node-status'], { env: state.environment });
  const { stdout } = await cli(['sandbox', 'status', '--name', name, '--json']);
  const document = JSON.parse(stdout);
  const { control: _, ...place } = state;
  expect(document).toEqual({
    ...place,
    clock: { now: expect.stringMatching(/^\d{4}-.*Z$/), rate: 0 },
    calls: { reads: 2, writes: 0 },
  });
  const human = await cli(['sandbox', 'status', '--name', name], { tty: true });
  expect(human.stdout).toContain(`Nomad       ${state.services.nomad.address}\n`);
  expect(human.stdout).toContain(', stopped\n');
  expect(human.stdout).toContain('Requests    2 reads, 0 writes\n');
  expect(human.stdout + stdout).not.toContain(state.control.token);
});

test('without a sandbox, it suggests how to start one', async () => {
  const { exitCode, stderr } = await cli(['sandbox', 'status', '--name', 'nobody']);
  expect(exitCode).toBe(5);
  expect(stderr).toBe(
    'Error: No sandbox named "nobody" is running\n' +
      'Run: circleci-admin sandbox start --detach --name nobody\n',
  );
});
