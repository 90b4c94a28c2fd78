import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../src/lib/sandbox/sandbox.ts';

// Runs the program as published, bin/run.js with the bundle, in a child process.

const RUN = join(import.meta.dirname, '..', '..', 'bin', 'run.js');

let sandbox: Sandbox;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bundle-test-'));
  sandbox = await Sandbox.start({ scenario: 'healthy', rate: 0 });
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: home, ...sandbox.environment() };
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(words: readonly string[], nodeFlags: readonly string[] = []): Promise<Ended> {
  return new Promise((resolve) => {
    const argv = [...nodeFlags, RUN, ...words];
    execFile(process.execPath, argv, { env: environment() }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** Node flags that make a process see a terminal, set before its modules are loaded. */
const ON_A_TERMINAL = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    'for (const s of [process.stdout, process.stderr]) Object.assign(s, { isTTY: true, columns: 80, getWindowSize: () => [80, 24] });',
  )}`,
];

describe('the bundle', () => {
  it('prints its version', async () => {
    const { stdout, stderr, exitCode } = await run(['--version']);
    expect(stdout).toMatch(/^circleci-admin\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('writes raw values to a pipe', async () => {
    const { stdout, stderr, exitCode } = await run(['nomad', 'node-status']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row).toMatch(/^[0-9a-f-]{36}\tip-\S+\tready\ttrue\tfalse\t/);
  });

  it('draws a table on a terminal', async () => {
    const { stdout, stderr, exitCode } = await run(['nomad', 'node-status'], ON_A_TERMINAL);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toContain('\u001b[1mSTATUS');
    expect(stdout).toMatch(/5 of 5 clients accept builds/);
  });

  it.each(['direct', 'proxy', 'port-forward', 'exec'])('reaches Nomad by %s', async (access) => {
    const { stdout, exitCode } = await run(['nomad', 'node-status', '--nomad-access', access]);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
  });

  it('loads no slow module to list the pods that it does not need', async () => {
    const spy = join(home, 'loaded.cjs');
    writeFileSync(
      spy,
      `process.on('exit', () => console.error(JSON.stringify([
        ...process.moduleLoadList.map((name) => name.replace('NativeModule ', 'node:')),
        ...Object.keys(require.cache).map((path) => path.replace(/^.*[/]chunks[/](.*)-.{8}[.]cjs$/, '$1')),
      ])));`,
    );
    const { stderr, exitCode } = await run(['pods', 'list'], ['--require', spy]);
    expect(exitCode).toBe(0);
    const loaded: readonly string[] = JSON.parse(stderr);
    expect(loaded).toEqual(expect.arrayContaining(['node:net', 'connect-kubernetes']));
    const slow = ['node:assert', 'node:fs/promises', 'node:perf_hooks', 'node:vm', 'connect-ssh'];
    expect(loaded.filter((name) => slow.includes(name))).toEqual([]);
  });

  it('exits without an error if the reader closes the pipe', async () => {
    const child = spawn(process.execPath, [RUN, 'help', 'flags'], { env: environment() });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('completes a change even if the reader closes the pipe', async () => {
    const name = 'ip-10-0-10-21.ec2.internal';
    const words = ['nomad', 'drain', name, '--detach', '--yes', '--output', 'ndjson'];
    const child = spawn(process.execPath, [RUN, ...words], { env: environment() });
    child.stdout.destroy();
    child.stderr.destroy();
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(exitCode).toBe(0);
    const node = sandbox.nomad.state.nodes.all().find((one) => one.name === name);
    expect(node?.drain).toBeTruthy();
    sandbox.nomad.cancelDrain(node?.id ?? '');
  });

  it('prints one line with the required version on an old Node.js', async () => {
    const old = `data:text/javascript,${encodeURIComponent(
      "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });",
    )}`;
    const { stdout, stderr, exitCode } = await run(['--version'], ['--import', old]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/^circleci-admin needs Node\.js 22 or later; this is [^\n]+\n$/);
  });
});
