import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

test('advances the clock and changes its rate', async () => {
  const { name } = await serveSandbox('--scenario', 'idle');
  const clock = async (...flags: readonly string[]): Promise<{ now: string; rate: number }> =>
    JSON.parse((await cli(['sandbox', 'clock', '--name', name, '--json', ...flags])).stdout);
  const before = await clock();
  const after = await clock('--advance', '1h30m');
  expect(Date.parse(after.now) - Date.parse(before.now)).toBe(90 * 60_000);
  expect(after.rate).toBe(0);
  expect((await clock('--rate', '60')).rate).toBe(60);
  const human = await cli(['sandbox', 'clock', '--name', name, '--rate', '1'], { tty: true });
  expect(human.stdout).toMatch(/^\d{4}-\d\d-\d\dT.*Z, as fast as real time\n$/);
});

test('an invalid duration is rejected', async () => {
  const { exitCode, stderr } = await cli(['sandbox', 'clock', '--advance', 'soon', '--json']);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr).code).toBe('BAD_DURATION');
});
