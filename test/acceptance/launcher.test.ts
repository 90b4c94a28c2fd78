import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../src/lib/sandbox/sandbox.ts';
import { installLauncher, type Launched, launch } from '../support/circleci-launcher.ts';

// Runs `circleci admin ...`: the bundle as an extension of circleci CLI v1.

let sandbox: Sandbox;
let directory: string;

beforeAll(async () => {
  sandbox = await Sandbox.start({ rate: 0, clients: 2 });
  directory = await mkdtemp(join(tmpdir(), 'launcher-'));
  await installLauncher(directory);
});
afterAll(async () => {
  await sandbox.stop();
  await rm(directory, { recursive: true, force: true });
});

const TOKEN = 'launcher-canary-token';

function circleci(...words: readonly string[]): Promise<Launched> {
  const { CIRCLE_HOST: host = '', CIRCLE_TOKEN: _, ...env } = sandbox.environment();
  return launch(directory, ['admin', ...words], { host, token: TOKEN }, env);
}

describe('circleci admin', () => {
  it('prints help and its version', async () => {
    const [all, one, version] = await Promise.all([
      circleci(),
      circleci('nomad', 'drain', '--help'),
      circleci('--version'),
    ]);
    expect(all).toMatchObject({ stderr: '', exitCode: 0 });
    expect(all.stdout).toContain('sandbox run -- nomad status');
    expect(one.stdout).toContain('$ circleci-admin nomad drain');
    expect(version.stdout).toMatch(/^circleci-admin\/\d/);
  });

  it('passes through arguments, streams and exit codes', async () => {
    const [read, typo, missing, refused, passed] = await Promise.all([
      circleci('nomad', 'node-status', '--json'),
      circleci('nomad', 'drain', '--stauts'),
      circleci('nomad', 'node-status', 'no such client'),
      circleci('nomad', 'drain', '--all'),
      circleci('nomad', 'cli', '--', 'node', 'status', 'nonesuch'),
    ]);
    expect(JSON.parse(read.stdout)).toMatchObject({ capacity: { clients: 2 } });
    expect(typo).toMatchObject({ stdout: '', exitCode: 2 });
    expect(typo.stderr).toContain('did you mean --status?');
    expect(missing.stderr).toContain('no such client');
    expect([missing.exitCode, refused.exitCode, passed.exitCode]).toEqual([5, 6, 1]);
    expect(sandbox.calls.writes).toBe(0);
  });

  it('uses the host and the token from the circleci CLI', async () => {
    const { stdout, stderr, exitCode } = await circleci('config', 'show', '--json', '--debug');
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
    const { settings, tokens } = JSON.parse(stdout);
    const host = settings.find(({ key }: { readonly key: string }) => key === 'host');
    expect(host).toMatchObject({
      value: sandbox.environment()['CIRCLE_HOST'],
      variable: 'CIRCLE_HOST',
    });
    expect(tokens).toMatchObject({ server: 'variable' });
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it('ends although an SSH agent holds its connection open and never responds', async () => {
    const sockets = new Set<Socket>();
    const agent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => agent.listen(join(directory, 'agent'), resolve));
    const { stdout: names } = await circleci('nomad', 'node-status', '--columns', 'name');
    const [client = ''] = names.split('\n');
    const env = { ...sandbox.environment(), SSH_AUTH_SOCK: join(directory, 'agent') };
    const words = ['admin', 'nomad', 'ssh', client, '--', 'hostname'];
    const result = await launch(directory, words, { host: '', token: TOKEN }, env);
    expect(result).toEqual({ stdout: `${client}\n`, stderr: '', exitCode: 0 });
    expect(sockets.size).toBe(1);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => agent.close(resolve));
  });

  it('is not found if the extension is not installed', async () => {
    const missing = await launch(directory, ['nonesuch'], { host: '', token: '' });
    expect(missing).toMatchObject({ stdout: '', exitCode: 2 });
  });
});
