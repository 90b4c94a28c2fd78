import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeKey, silentPort } from '../../support/ssh-server.ts';
import { World } from '../../support/world.ts';

// The cluster's API is reached through the bastion, over HTTP and over WebSockets.

let world: World;
beforeAll(async () => {
  world = await World.open({ builds: 0 });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.sandbox.calls.reset());

async function profile(bastion: string): Promise<void> {
  const { KUBECONFIG } = world.sandbox.environment();
  const lines = [
    'current: lab',
    'installations:',
    '  lab:',
    `    kubernetes: { kubeconfig: ${KUBECONFIG}, bastion: ${bastion} }`,
  ];
  await writeFile(world.configPath, `${lines.join('\n')}\n`);
}

const READ = ['nomad', 'node-status', '--json'];

describe('a cluster behind a bastion', () => {
  it.each(['proxy', 'port-forward', 'exec'])('is reached by %s', async (access) => {
    for (const bastion of ['true', `ubuntu@127.0.0.1:${world.sandbox.ssh.port}`]) {
      await profile(bastion);
      const { stdout, stderr, exitCode } = await world.cli([...READ, '--nomad-access', access]);
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
      expect(JSON.parse(stdout).clients).toHaveLength(4);
    }
  });

  it('is not reached directly if the bastion is down', async () => {
    await profile('ubuntu@127.0.0.1:1');
    const line = [...READ, '--nomad-access', 'proxy'];
    const { stdout, stderr, exitCode } = await world.cli(line);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
    expect(stderr).toContain('127.0.0.1:1');
    expect(world.sandbox.calls.reads).toBe(0);
  });

  it('is checked by doctor through the bastion and not directly', async () => {
    await profile('true');
    const doctor = ['doctor', '--only', 'CA0203', '--json'];
    const through = await world.cli(doctor);
    expect(JSON.parse(through.stdout).summary).toMatchObject({ ok: 1, failed: 0 });
    await profile('ubuntu@127.0.0.1:1');
    world.sandbox.calls.reset();
    const around = await world.cli(doctor);
    expect(JSON.parse(around.stdout).checks).toMatchObject([
      { code: 'CA0203', status: 'failed', message: expect.stringContaining('127.0.0.1:1') },
    ]);
    expect(world.sandbox.calls.reads).toBe(0);
  });

  it.each(['proxy', 'port-forward', 'exec', 'auto'])(
    'has an error that names the bastion if it does not respond, by %s',
    async (access) => {
      await using silent = await silentPort();
      await profile(`ubuntu@127.0.0.1:${silent.port}`);
      const line = [...READ, '--nomad-access', access, '--request-timeout', '1s'];
      const { stdout, stderr, exitCode } = await world.cli(line);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 8 });
      expect(JSON.parse(stderr)).toMatchObject({
        code: 'SSH_TIMEOUT',
        message: expect.stringContaining(`127.0.0.1:${silent.port}`),
      });
    },
  );

  it('cancels the command on Ctrl-C at the prompt for a passphrase', async () => {
    const key = makeKey(world.home, 'locked', 'ed25519', 'open sesame');
    await profile('true');
    const { stdout, stderr, exitCode } = await world.cli([...READ, '--nomad-access', 'proxy'], {
      env: { CIRCLECI_ADMIN_SSH_KEY_FILE: key, SSH_AUTH_SOCK: undefined },
      tty: { stdin: true, stderr: true },
      stdin: '\u0003',
    });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
    expect(stderr).toContain('CANCELLED');
  });

  it('requires ssh.bastion if kubernetes.bastion is true', async () => {
    await profile('true');
    const { stderr, exitCode } = await world.cli([...READ, '--nomad-access', 'proxy'], {
      env: { CIRCLECI_ADMIN_SSH_BASTION: undefined },
    });
    expect(exitCode).toBe(7);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'NO_BASTION' });
  });

  it('rejects an invalid address', async () => {
    await profile('"a b"');
    const { stdout, exitCode } = await world.cli(['config', 'validate', '--json']);
    expect(exitCode).toBe(7);
    expect(stdout).toContain('kubernetes.bastion');
  });
});
