import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { cli, startSandbox } from '../../support/sandbox.ts';

interface LogLine {
  readonly stream: string;
  readonly text: string;
}

it('prints the unchanged log of an ended build, the same with every access', async () => {
  const sandbox = await startSandbox({ scenario: 'demo' });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const dead = await cli(['nomad', 'status', '--status', 'dead', '--json'], options);
  const [job] = JSON.parse(dead.stdout).jobs;
  const logs = (...words: string[]) => cli(['nomad', 'logs', job.id, ...words], options);
  const direct = await logs();
  expect(direct).toMatchObject({ exitCode: 0, stderr: '' });
  expect(direct.stdout.split('\n').length).toBeGreaterThan(5);
  for (const access of ['proxy', 'exec']) {
    expect((await logs('--nomad-access', access)).stdout).toBe(direct.stdout);
  }
  const tail = await logs('--tail', '2');
  expect(tail.stdout).toBe(direct.stdout.split('\n').slice(-3).join('\n'));
  const list = JSON.parse((await logs('--both', '--json')).stdout);
  const lines = (await logs('--both', '--output', 'ndjson')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(list);
  expect(parseYaml((await logs('--both', '--output', 'yaml')).stdout)).toEqual(list);
  const texts: LogLine[] = list.filter(({ stream }: LogLine) => stream === 'stderr');
  expect(texts.map(({ text }) => `${text}\n`).join('')).toBe(direct.stdout);
  expect(texts[0]).toMatchObject({ task: 'build-agent', allocation: expect.any(String) });
});

it('reports that a pending build has no log yet and suggests nomad status', async () => {
  const sandbox = await startSandbox({ scenario: 'too-large' });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const list = await cli(['nomad', 'status', '--status', 'pending', '--json'], options);
  const [job] = JSON.parse(list.stdout).jobs;
  const result = await cli(['nomad', 'logs', job.id], options);
  expect(result).toMatchObject({ stdout: '', exitCode: 5 });
  expect(result.stderr).toContain(`circleci-admin nomad status ${job.id}`);
});
