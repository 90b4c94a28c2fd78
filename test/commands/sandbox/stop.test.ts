import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

test('stops the sandbox; a second call finds none', async () => {
  const { name, state, ended } = await serveSandbox('--scenario', 'idle');
  const stopped = await cli(['sandbox', 'stop', '--name', name]);
  expect(stopped).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `The sandbox "${name}" has stopped.\n`,
  });
  expect((await ended).exitCode).toBe(0);
  await expect(fetch(state.services.nomad.address)).rejects.toThrow();
  const again = await cli(['sandbox', 'stop', '--name', name, '--json']);
  expect(again.exitCode).toBe(5);
  expect(JSON.parse(again.stderr).code).toBe('SANDBOX_NOT_RUNNING');
});
