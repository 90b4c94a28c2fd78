import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

test('requests fail as often as requested, until the faults are cleared', async () => {
  const { name, state } = await serveSandbox('--scenario', 'idle');
  const fault = (...flags: readonly string[]) =>
    cli(['sandbox', 'fault', '--name', name, ...flags]);
  const statuses = async (count: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < count; i += 1) {
      seen.push((await fetch(`${state.services.nomad.address}/v1/status/leader`)).status);
    }
    return seen;
  };
  const path = ['--service', 'nomad', '--path', '^/v1/status', '--kind', 'status'];
  const added = await fault(...path, '--status', '503', '--after', '1', '--times', '2');
  expect(added.stdout).toBe(
    'The next 2 requests to nomad that match ^/v1/status after 1 that pass are answered with 503.\n',
  );
  expect(await statuses(4)).toEqual([200, 503, 503, 200]);

  await fault(...path, '--status', '500');
  expect(await statuses(2)).toEqual([500, 500]);
  expect((await fault('--clear', '--json')).stdout).toBe('{\n  "fault": null\n}\n');
  expect(await statuses(1)).toEqual([200]);
});

test.each([
  [['--kind', 'delay'], 'BAD_FLAGS', '--kind delay needs --ms'],
  [[], 'BAD_ARGUMENTS', expect.stringContaining('--clear and --kind')],
  [
    ['--kind', 'reset', '--path', '('],
    'BAD_VERB_ARGUMENTS',
    expect.stringContaining('regular expression'),
  ],
] as const)('%j is refused', async (flags, code, message) => {
  const { exitCode, stderr } = await cli(['sandbox', 'fault', '--json', ...flags]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ code, message });
});
