import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';

const DEV = join(import.meta.dirname, '..', '..', '..', 'bin', 'dev.js');

/** Runs `sandbox run` in a child process, because the program inside inherits its streams. */
function run(...words: readonly string[]) {
  return spawn(process.execPath, [DEV, 'sandbox', 'run', ...words], {
    env: { PATH: process.env['PATH'], CIRCLECI_ADMIN_INSTALLATION: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('a command of this tool runs against a new sandbox, whatever the environment points at', async () => {
  const words = ['circleci-admin', 'nomad', 'node-status', '--json', '-o', 'json'];
  const child = run('--scenario', 'idle', '--clients', '3', '--', ...words);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(JSON.parse(stdout).clients).toHaveLength(3);
});

test('another program gets the environment and unchanged arguments, and its exit code is returned', async () => {
  const script = 'console.log(process.env.KUBECONFIG, ...process.argv.slice(1)); process.exit(42)';
  const words = ['-n', 'a', '-n', 'a', '--json', '--'];
  const child = run('--exec', '--', process.execPath, '-e', script, '--', ...words);
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const [kubeconfig = '', ...rest] = stdout.trim().split(' ');
  expect(rest).toEqual(words);
  expect(code).toBe(42);
  expect(existsSync(kubeconfig)).toBe(false);
});

test('a signal is passed to the program, and the sandbox stops after it', async () => {
  const script =
    'process.once("SIGTERM", () => process.exit(9)); setInterval(() => 0, 1e6); console.log(process.env.KUBECONFIG)';
  const child = run('--exec', '--', process.execPath, '-e', script);
  const [line] = await once(child.stdout, 'data');
  const kubeconfig = String(line).trim();
  expect(existsSync(kubeconfig)).toBe(true);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([9, null]);
  expect(existsSync(kubeconfig)).toBe(false);
});

test.each([
  [['sandbox', 'run', '--json'], 2, 'NOTHING_TO_RUN'],
  [['sandbox', 'run', '--json', '--'], 2, 'NOTHING_TO_RUN'],
  [['sandbox', 'run', '--json', '--exec', '--', '/no/such/program'], 5, 'PROGRAM_NOT_FOUND'],
  [['sandbox', 'run', '--json', '--scenario', 'sunny', '--', 'x'], 2, 'UNKNOWN_SCENARIO'],
] as const)('%j exits with %d', async (argv, expected, code) => {
  const { exitCode, stderr } = await cli(argv);
  expect(exitCode).toBe(expected);
  expect(JSON.parse(stderr).code).toBe(code);
});
