import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PipelineScenario } from '../../../src/lib/sandbox/pipeline/scenario.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../../src/lib/sandbox/scenarios/index.ts';
import { cli, passTimeUntil, startSandbox } from '../../support/sandbox.ts';

/** Starts a build in a scenario and lets the given number of seconds pass. */
async function startedIn(name: string, secondsAgo: number, pipeline: PipelineScenario = {}) {
  const base = findScenario(name);
  const scenario = { ...base, pipeline: { ...base.pipeline, ...pipeline } };
  const sandbox = await startSandbox({ scenario, builds: 3 });
  const build = sandbox.pipeline.startBuild('acme', 'web');
  await sandbox.clock.advance(secondsAgo * 1_000);
  return { sandbox, build };
}

function run(sandbox: Sandbox, ...words: readonly string[]) {
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  return cli(['troubleshoot', 'build', ...words], options);
}

interface Report {
  readonly state: string;
  readonly steps: readonly { id: string; state: string; sincePreviousMs: number | null }[];
  readonly stoppedAt: { place: string; step: string } | null;
  readonly finding: { code: string; ref: string } | null;
}

async function report(sandbox: Sandbox, ...words: readonly string[]) {
  const { stdout, stderr, exitCode } = await run(sandbox, ...words, '--json');
  expect(stderr).toBe('');
  const { state, steps, stoppedAt, finding } = JSON.parse(stdout) as Report;
  const done = steps.filter((step) => step.state === 'done').map(({ id }) => id);
  const at = stoppedAt && `${stoppedAt.place}: ${stoppedAt.step}`;
  return { exitCode, state, at, code: finding?.code ?? null, done, steps };
}

const TO_NOMAD = [
  ...['queued', 'legacy-got', 'legacy-forwarded', 'dispatcher-popped', 'dispatcher-computed'],
  ...['schedulerer-got', 'schedulerer-posting', 'schedulerer-posted', 'registered', 'evaluated'],
];
const TO_CLIENT = [...TO_NOMAD, 'placed', 'received', 'started', 'output', 'shown-running'];

describe('troubleshoot build', () => {
  it('shows all steps of a running build and then of the ended build', async () => {
    const { sandbox, build } = await startedIn('healthy', 20);
    const running = await report(sandbox, `acme/web/${build.number}`);
    expect(running).toMatchObject({ exitCode: 0, state: 'running', at: null, code: null });
    expect(running.done).toEqual(TO_CLIENT);
    await sandbox.clock.advance(3 * 3_600_000);
    const ended = await report(sandbox, `acme/web/${build.number}`);
    expect(ended).toMatchObject({ exitCode: 0, state: 'finished', at: null, code: null });
    expect(ended.done).toEqual([...TO_CLIENT, 'finished', 'output-ended', 'shown-ended']);
    expect(ended.steps.slice(1).every(({ sincePreviousMs }) => sincePreviousMs !== null)).toBe(
      true,
    );
  });

  it('exits 9 if its state is unknown, because Nomad could not be read', async () => {
    const { sandbox, build } = await startedIn('healthy', 90);
    const env = { ...sandbox.environment(), CIRCLE_TOKEN: undefined };
    const nomad = ['--nomad-access', 'direct', '--nomad-address', 'http://127.0.0.1:9'];
    const words = [
      'troubleshoot',
      'build',
      `acme/web/${build.number}`,
      ...nomad,
      '--limit',
      '1d',
      '--json',
    ];
    const following = cli(words, { env, clock: sandbox.clock });
    // A refused connection is retried after a while.
    const { stdout, exitCode } = await passTimeUntil(following, sandbox);
    const { state, stoppedAt } = JSON.parse(stdout);
    expect({ exitCode, state, stoppedAt }).toEqual({
      exitCode: 9,
      state: 'unknown',
      stoppedAt: null,
    });
  });

  it('clears the progress line before an error', async () => {
    const { sandbox } = await startedIn('healthy', 20);
    const options = { env: sandbox.environment(), clock: sandbox.clock, tty: true };
    const { stderr } = await cli(['troubleshoot', 'build', 'acme/nowhere/1'], options);
    const [progress = '', error] = stderr.split('Error: ');
    expect(progress).toMatch(/Waiting for: .*\r *\r$/);
    expect(error).toMatch(/^Build "acme\/nowhere\/1" was not found/);
  });

  it.each([
    ['dispatcher-stopped', 'lost', 'dispatcher: dispatcher-popped', 'CQ0106', 3],
    ['dispatcher-silent', 'lost', 'dispatcher: dispatcher-popped', 'CQ0302', 3],
    ['job-lost', 'lost', 'dispatcher: dispatcher-popped', 'CQ0202', 3],
    ['rabbitmq-backlog', 'lost', 'dispatcher: dispatcher-popped', 'CQ0801', 3],
    ['output-broken', 'running', 'output-processor: shown-running', 'CQ0702', 13],
    ['port-8585-blocked', 'running', 'output-processor: shown-running', /^CQ070[34]$/, 13],
    ['no-clients', 'pending', 'jobs: placed', 'CQ0502', 10],
  ])('shows in %s where a build is stuck, and why', async (name, state, at, code, steps) => {
    const { sandbox, build } = await startedIn(name, 100);
    const found = await report(sandbox, build.url);
    expect(found).toMatchObject({
      ...{ exitCode: 9, state, at, done: TO_CLIENT.slice(0, steps) },
      code: expect.stringMatching(code),
    });
  });

  it('shows the error at which a build is stuck, and its finding', async () => {
    const { sandbox, build } = await startedIn('schedulerer-error', 240);
    const found = await report(sandbox, build.jobId);
    expect(found).toMatchObject({
      ...{ exitCode: 9, state: 'lost', at: 'schedulerer: schedulerer-posted', code: 'CQ0401' },
      done: [...TO_CLIENT.slice(0, 7), 'error'],
    });
    const { stdout } = await run(sandbox, `acme/web#${build.number}`, '--output', 'table');
    expect(stdout).toContain('State  lost: stuck at schedulerer for 3m59s\n');
    expect(stdout).toMatch(/\nWhy: CQ0401 .*\n/);
    expect(stdout).toContain('See circleci-admin help CQ0401');
  });

  it('shows why Nomad does not place a build, in a table of 80 columns', async () => {
    const sandbox = await startSandbox({ scenario: 'no-capacity' });
    const env = sandbox.environment();
    const listed = await cli(['nomad', 'status', '--status', 'pending', '--json'], {
      ...{ env, clock: sandbox.clock },
    });
    const [job] = JSON.parse(listed.stdout).jobs;
    const { stdout, exitCode } = await cli(['troubleshoot', 'build', job.id], {
      ...{ env, clock: sandbox.clock, tty: { stdout: true } },
    });
    const text = stripVTControlCharacters(stdout);
    const [table = ''] = text.split('\nWhy: ');
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/\nTIME \(UTC\) +AFTER +STEP +WHAT\n/);
    expect(text).toMatch(/\n- +\+\d+m\d+s +nomad +not placed: all clients are full/);
    expect(text).toMatch(/\nWhy: CQ0601 /);
    expect(exitCode).toBe(9);
  });

  it.each([1, 2, 3, 4])(
    'handles different log messages, noise and wrong clocks (%i)',
    async (seed) => {
      const minutes = (seed % 2 === 0 ? 1 : -1) * seed * 4;
      const clocks = [
        'legacy-dispatcher',
        'dispatcher',
        'schedulerer',
        'output-processor',
        'nomad',
      ];
      const odd = {
        reworded: seed,
        noise: { perMinute: 20, seed },
        clockSkewMs: { [clocks[seed] ?? 'dispatcher']: minutes * 60_000 },
      };
      for (const [name, state, at, code] of [
        ['healthy', 'running', null, null],
        ['job-lost', 'lost', 'dispatcher: dispatcher-popped', 'CQ0202'],
        ['schedulerer-error', 'lost', 'schedulerer: schedulerer-posted', 'CQ0401'],
        ['output-broken', 'running', 'output-processor: shown-running', 'CQ0702'],
      ] as const) {
        const { sandbox, build } = await startedIn(name, 100, odd);
        const found = await report(sandbox, build.url);
        expect({ name, ...found }).toMatchObject({ name, state, at, code });
        for (const { sincePreviousMs } of found.steps) {
          expect(sincePreviousMs ?? 0).toBeGreaterThanOrEqual(0);
          expect(sincePreviousMs ?? 0).toBeLessThan(130_000);
        }
      }
    },
  );

  it('prints the steps tab-separated to a pipe', async () => {
    const { sandbox, build } = await startedIn('healthy', 20);
    const { stdout } = await run(sandbox, build.id, '--columns', 'id,sincePreviousMs,place');
    const rows = stdout.trimEnd().split('\n');
    expect(rows.slice(0, 3)).toEqual([
      'queued\t\tserver',
      'legacy-got\t20\tlegacy-dispatcher',
      'legacy-forwarded\t10\tlegacy-dispatcher',
    ]);
  });

  it.each([
    ['acme/web', 2, 'BAD_BUILD'],
    ['not a build', 2, 'BAD_BUILD'],
    ['acme/nonesuch/1', 5, 'BUILD_NOT_FOUND'],
    ['ffffffffffffffffffffffff', 5, 'BUILD_NOT_FOUND'],
    ['fffffffe', 5, 'BUILD_NOT_FOUND'],
  ])('exits for %j with its documented code', async (name, exitCode, code) => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const result = await run(sandbox, name, '--json');
    expect([result.stdout, result.exitCode]).toEqual(['', exitCode]);
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
  });

  it.each(['healthy', 'no-clients'])('rejects a task that does not exist, in %s', async (name) => {
    const { sandbox, build } = await startedIn(name, 100);
    const text = `acme/web/${build.number}`;
    for (const named of [`${text}:3`, `${build.id}:1`]) {
      const { stdout, stderr, exitCode } = await run(sandbox, named, '--json');
      expect([stdout, exitCode]).toEqual(['', 5]);
      const task = named.at(-1);
      expect(JSON.parse(stderr)).toMatchObject({
        code: 'TASK_NOT_FOUND',
        message: `${text} has 1 task (0), and no task ${task}`,
      });
    }
  });

  it('refuses the build of another server', async () => {
    const { sandbox, build } = await startedIn('healthy', 20);
    const path = `/gh/acme/web/${build.number}`;
    for (const [url, env, exitCode] of [
      [`http://evil.example.com${path}`, {}, 6],
      ['http://evil.example.com/gh/acme/nonesuch/1', {}, 6],
      // Without a configured host, the server's name is known from the jobs in Nomad and the logs.
      [`http://evil.example.com${path}`, { CIRCLE_HOST: undefined }, 6],
      [`https://app.circleci.example.com${path}`, {}, 0],
    ] as const) {
      const options = { env: { ...sandbox.environment(), ...env }, clock: sandbox.clock };
      const result = await cli(['troubleshoot', 'build', url, '--json'], options);
      expect({ url, exitCode: result.exitCode }).toEqual({ url, exitCode });
      if (exitCode === 0) continue;
      expect(result.stdout).toBe('');
      expect(JSON.parse(result.stderr)).toMatchObject({
        code: 'OTHER_SERVER',
        message: expect.stringMatching(/of evil\.example\.com, .* is circleci\.example\.com$/),
      });
    }
  });

  it('lists the matching builds if there are several', async () => {
    const { sandbox } = await startedIn('idle', 0);
    const [one, two] = ['one', 'two'].map((repo) => sandbox.pipeline.startBuild('acme', repo));
    await sandbox.clock.advance(5_000);
    expect(one?.number).toBe(two?.number);
    const { stdout, stderr, exitCode } = await run(sandbox, String(one?.number), '--json');
    expect([stdout, exitCode]).toEqual(['', 2]);
    const { code, message } = JSON.parse(stderr);
    expect(code).toBe('AMBIGUOUS_BUILD');
    for (const build of [one, two]) expect(message).toContain(`${build?.repo}/${build?.number}`);
  });
});
