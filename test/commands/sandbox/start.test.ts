import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { serveSandbox } from '../../support/served-sandbox.ts';

const DEV = join(import.meta.dirname, '..', '..', '..', 'bin', 'dev.js');

test('in the foreground it prints all addresses, and Ctrl-C removes everything', async () => {
  const sandbox = await serveSandbox('--scenario', 'idle', '--clients', '2');
  const { state } = sandbox;
  const { kubeconfig } = state.services.kubernetes;
  expect(state).toEqual({
    name: sandbox.name,
    scenario: 'idle',
    pid: process.pid,
    services: {
      nomad: { address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
      kubernetes: {
        server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
        kubeconfig: expect.stringMatching(/kubeconfig$/),
        context: 'circleci-sandbox',
        namespace: 'circleci-server',
      },
      server: { url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/) },
      github: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    },
    environment: {
      NOMAD_ADDR: state.services.nomad.address,
      KUBECONFIG: kubeconfig,
      CIRCLE_HOST: state.services.server.url,
      CIRCLE_TOKEN: expect.any(String),
      NODE_EXTRA_CA_CERTS: expect.any(String),
      GITHUB_API_URL: state.services.github.url,
      GITHUB_TOKEN: expect.any(String),
      CIRCLECI_ADMIN_CONFIG_DIR: expect.any(String),
      CIRCLECI_ADMIN_DATA_DIR: expect.any(String),
      CIRCLECI_ADMIN_SSH_USER: 'ubuntu',
      CIRCLECI_ADMIN_SSH_KEY_FILE: expect.stringMatching(/id_ed25519$/),
      CIRCLECI_ADMIN_SSH_BASTION: expect.stringMatching(/^ubuntu@127\.0\.0\.1:\d+$/),
      CIRCLECI_ADMIN_SSH_KNOWN_HOSTS_FILE: expect.stringMatching(/known_hosts$/),
    },
    control: { url: expect.any(String), token: expect.any(String) },
  });
  expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
  const clients = await cli(['nomad', 'node-status', '--json'], { env: state.environment });
  expect(JSON.parse(clients.stdout).clients).toHaveLength(2);

  sandbox.interrupt();
  expect((await sandbox.ended).exitCode).toBe(0);
  expect(existsSync(kubeconfig)).toBe(false);
  await expect(fetch(state.services.nomad.address)).rejects.toThrow();
});

test.each([[[]], [['--detach']]])('a name that is in use is refused (%j)', async (flags) => {
  const { name, state } = await serveSandbox('--scenario', 'idle');
  const again = await cli(['sandbox', 'start', '--name', name, '--json', ...flags]);
  expect(again.exitCode).toBe(6);
  expect(JSON.parse(again.stderr)).toEqual({
    code: 'SANDBOX_RUNNING',
    message: `A sandbox named "${name}" is already running`,
    hint: `Run: circleci-admin sandbox stop --name ${name}, or choose another name with --name.`,
    exitCode: 6,
    ref: null,
  });
  // The running sandbox is not affected.
  const status = await cli(['sandbox', 'status', '--name', name, '--json']);
  expect(JSON.parse(status.stdout).services).toEqual(state.services);
});

test('in the background it outlives the command, and errors at the start are reported', async () => {
  const name = `background-${process.pid}`;
  const self = [process.execPath, DEV];
  const env = { PATH: process.env['PATH'] };
  const start = ['sandbox', 'start', '--detach', '--name', name, '--json'];
  const wrong = await cli([...start, '--scenario', 'sunny'], { self, env });
  expect(wrong.exitCode).toBe(2);
  expect(JSON.parse(wrong.stderr)).toMatchObject({
    code: 'UNKNOWN_SCENARIO',
    message: 'Unknown scenario "sunny"',
    hint: expect.stringContaining('healthy, idle'),
  });

  const started = await cli([...start, '--scenario', 'idle', '--rate', '0'], { self, env });
  const { pid } = JSON.parse(started.stdout);
  onTestFinished(() => {
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  });
  expect(pid).not.toBe(process.pid);
  const status = await cli(['sandbox', 'status', '--name', name, '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ name, pid, scenario: 'idle' });
  const stopped = await cli(['sandbox', 'stop', '--name', name, '--json']);
  expect(JSON.parse(stopped.stdout)).toEqual({ name, pid });
  const gone = await cli(['sandbox', 'status', '--name', name]);
  expect(gone.exitCode).toBe(5);
});

test.each([
  [['--rate', 'fast'], 'BAD_RATE'],
  [['--rate', '-1'], 'BAD_RATE'],
  [['--clients', '5001'], 'BAD_ARGUMENTS'],
  [['--name', '../x'], 'BAD_SANDBOX_NAME'],
  [['--scenario', 'sunny'], 'UNKNOWN_SCENARIO'],
])('%j is rejected before anything starts', async (flags, code) => {
  const { exitCode, stdout, stderr } = await cli(['sandbox', 'start', '--json', ...flags]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(JSON.parse(stderr).code).toBe(code);
});
