import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import { idleWithFourNames } from '../../support/four-servers.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';

async function nomad(scenario: string | Scenario = 'idle') {
  const sandbox = await startSandbox({ scenario });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  return { sandbox, run: (...words: string[]) => cli(['nomad', 'cli', ...words], options) };
}

describe('nomad cli', () => {
  it('passes through output, errors, the exit code and unchanged arguments', async () => {
    const { run } = await nomad();
    const status = await run('--', 'node', 'status');
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    expect(status.stdout).toMatch(/^ID +DC +Name +Class +Drain +Eligibility +Status\n/);
    const unknown = await run('--', 'node', 'status', 'ffffffff');
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unknown.stderr).toBe('No node(s) with prefix "ffffffff" found\n');
  });

  it.each([
    [['--read-only', '--', 'node', 'drain', '-enable', '-yes'], 'READ_ONLY'],
    [['--', 'node', 'drain', '-enable', '-yes'], 'NOT_CONFIRMED'],
    [['--', 'node-drain', '-enable', '-yes'], 'NOT_CONFIRMED'],
    [['--yes', '--', 'node', 'drain', '-enable', '-force', '-yes'], 'NOT_CONFIRMED'],
    [['--confirm', 'other', '--', 'node', 'drain', '-enable', '--force=1'], 'NOT_CONFIRMED'],
  ])('needs confirmation for changes: %j changes nothing', async (words, code) => {
    const { sandbox, run } = await nomad();
    const list = await cli(['nomad', 'node-status', '--json'], { env: sandbox.environment() });
    const [{ id }] = JSON.parse(list.stdout).clients;
    const result = await run('--json', ...words, id);
    expect(result).toMatchObject({ stdout: '', exitCode: 6 });
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode: 6 });
    const after = await cli(['nomad', 'node-status', '--json'], { env: sandbox.environment() });
    expect(JSON.parse(after.stdout).capacity.draining).toBe(0);
  });

  it('kills builds only after a warning and with --confirm', async () => {
    const { sandbox, run } = await nomad();
    const list = await cli(['nomad', 'node-status', '--json'], { env: sandbox.environment() });
    const [{ id }] = JSON.parse(list.stdout).clients;
    const drain = ['--', 'node', 'drain', '-enable', '-force', '-detach', '-yes', id];
    const refused = await run('--yes', ...drain);
    expect(refused.stderr).toContain('-force kills the builds on the client at once.');
    const name = /--confirm '?([^'\n]+)/.exec(refused.stderr)?.[1] ?? '';
    expect(await run('--confirm', name, ...drain)).toMatchObject({ exitCode: 0 });
  });

  it('makes a change with --yes', async () => {
    const { sandbox, run } = await nomad();
    const list = await cli(['nomad', 'node-status', '--json'], { env: sandbox.environment() });
    const [{ id }] = JSON.parse(list.stdout).clients;
    const result = await run('--yes', '--', 'node', 'eligibility', '-disable', id);
    expect(result.exitCode).toBe(0);
    const after = await cli(['nomad', 'node-status', '--json'], { env: sandbox.environment() });
    expect(JSON.parse(after.stdout).capacity.ineligible).toBe(1);
  });

  it('finds the pod of the server under another name, and runs a change once', async () => {
    const { sandbox, run } = await nomad(idleWithFourNames());
    const { NOMAD_ADDR: _, ...env } = sandbox.environment();
    const list = await cli(['nomad', 'node-status', '--json'], { env, clock: sandbox.clock });
    const [{ id }] = JSON.parse(list.stdout).clients;
    sandbox.calls.reset();
    const result = await run('--yes', '--', 'node', 'eligibility', '-disable', id);
    expect(result).toMatchObject({ exitCode: 0 });
    const execs = sandbox.calls.recent().filter(({ path }) => path.includes('/exec?'));
    expect(execs.map(({ path }) => /pods\/([\w-]+)/.exec(path)?.[1])).toEqual([
      'circleci-nomad-0',
      'nomad-server-0',
    ]);
    const after = await cli(['nomad', 'node-status', '--json'], { env, clock: sandbox.clock });
    expect(JSON.parse(after.stdout).capacity.ineligible).toBe(1);
  });

  it('uses only the pod given by a flag, and suggests the pods that run Nomad', async () => {
    const { run } = await nomad(idleWithFourNames());
    const result = await run('--json', '--nomad-pod', 'circleci-nomad-0', '--', 'node', 'status');
    expect(JSON.parse(result.stderr)).toMatchObject({
      code: 'NOMAD_POD_NOT_FOUND',
      hint: expect.stringContaining('add --nomad-pod nomad-server-0'),
      exitCode: 5,
    });
  });

  it('requires -- before the arguments of nomad', async () => {
    const { run } = await nomad();
    const result = await run('node', 'status', '--json');
    expect(JSON.parse(result.stderr)).toMatchObject({
      code: 'BAD_ARGUMENTS',
      hint: 'Write: circleci-admin nomad cli -- node status',
      exitCode: 2,
    });
  });
});
