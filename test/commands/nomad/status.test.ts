import { describe, expect, it } from 'vitest';
import { cli, startSandbox } from '../../support/sandbox.ts';

async function scenario(name: string) {
  const sandbox = await startSandbox({ scenario: name });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  return { sandbox, run: (...words: string[]) => cli(['nomad', ...words], options) };
}

describe('nomad status', () => {
  it.each([
    ['no-capacity', ['all-full']],
    ['too-large', ['too-large']],
    ['constraint', ['constraint', 'constraint', 'driver-missing']],
    ['no-clients', ['no-clients']],
    ['clients-down', ['no-clients']],
    ['draining', ['no-clients']],
  ])('shows in %s why builds are pending', async (name, kinds) => {
    const { run } = await scenario(name);
    const { stdout, exitCode } = await run('status', '--status', 'pending', '--json');
    expect(exitCode).toBe(0);
    const { jobs } = JSON.parse(stdout) as { jobs: { pending: { kind: string } }[] };
    const found = jobs.map(({ pending }) => pending.kind).sort();
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual([...new Set(kinds)]);
  });

  it('sends the same number of requests for more jobs', async () => {
    const requests: number[] = [];
    for (const builds of [1, 40]) {
      const sandbox = await startSandbox({ scenario: 'idle', builds });
      sandbox.calls.reset();
      const options = { env: sandbox.environment(), clock: sandbox.clock };
      await cli(['nomad', 'jobs'], options);
      requests.push(sandbox.calls.reads);
    }
    expect(requests[0]).toBe(2);
    expect(requests[1]).toBe(requests[0]);
  });

  it('shows one job, given by its number, its project or its URL', async () => {
    const { run } = await scenario('too-large');
    const { stdout } = await run('status', '--status', 'pending', '--json');
    const [job] = JSON.parse(stdout).jobs;
    for (const name of [
      String(job.buildNumber),
      `${job.org}/${job.repo}/${job.buildNumber}`,
      job.url,
    ]) {
      const one = JSON.parse((await run('job', 'status', name, '--json')).stdout);
      expect(one).toMatchObject({ job: { id: job.id, pending: { kind: 'too-large' } } });
    }
  });

  it('prints a document for every change with --watch, until Ctrl-C', async () => {
    const { sandbox } = await scenario('idle');
    const controller = new AbortController();
    const { startCli } = await import('../../support/cli.ts');
    const { runtime, result } = startCli(['nomad', 'status', '--watch', '--json'], {
      env: sandbox.environment(),
      clock: sandbox.clock,
      signal: controller.signal,
    });
    await runtime.stdout.until('\n');
    controller.abort();
    const { stdout } = await result;
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toHaveProperty('jobs');
  });

  it.each([
    [['999999999'], 5, 'JOB_NOT_FOUND'],
    [['--repo', 'web'], 2, 'BAD_REPO'],
    [['1', '--watch'], 2, 'BAD_FLAGS'],
  ])('exits for %j with its documented code', async (words, exitCode, code) => {
    const { run } = await scenario('healthy');
    const result = await run('status', ...words, '--json');
    expect([result.stdout, result.exitCode]).toEqual(['', exitCode]);
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
  });
});
