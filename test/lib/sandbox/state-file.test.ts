import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CallLog } from '../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import { ControlServer } from '../../../src/lib/sandbox/control-server.ts';
import { FaultPlan } from '../../../src/lib/sandbox/faults.ts';
import {
  SandboxDirectory,
  type SandboxState,
  sandboxHome,
} from '../../../src/lib/sandbox/state-file.ts';

const DESCRIPTION = {
  scenario: 'healthy',
  pid: process.pid,
  services: {
    nomad: { address: 'http://127.0.0.1:1' },
    kubernetes: { server: 'https://127.0.0.1:2', kubeconfig: '/k', context: 'c', namespace: 'n' },
    server: { url: 'https://127.0.0.1:3' },
    github: { url: 'http://127.0.0.1:4' },
  },
  environment: {},
};

let home: string;
let place: SandboxDirectory;
let server: ControlServer;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'circleci-admin-state-'));
  place = new SandboxDirectory(home, 'default');
  server = new ControlServer({
    clock: new SandboxClock({ rate: 0 }),
    faults: new FaultPlan(),
    calls: new CallLog(),
    describe: () => DESCRIPTION,
    verbs: {},
    askStop: () => undefined,
  });
  await server.start();
});

afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

function state(changes: Partial<SandboxState> = {}): SandboxState {
  return { name: 'default', ...DESCRIPTION, control: server.address, ...changes };
}

/** The ID of a process that no longer exists. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

test('finds a running sandbox, in a file that only its owner can read', async () => {
  await place.claim();
  expect(await place.find()).toEqual({ phase: 'starting', pid: process.pid });
  await place.publish(state());
  expect(await place.running()).toEqual(state());
  expect(statSync(join(place.directory, 'state.json')).mode & 0o777).toBe(0o600);
});

test('gives the name to only one of several that start at once', async () => {
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => place.claim()));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    expect(result.reason).toMatchObject({
      kind: 'refused',
      code: 'SANDBOX_RUNNING',
      message: 'A sandbox named "default" is already running',
      hint: 'Run: circleci-admin sandbox stop, or choose another name with --name.',
    });
  }
  expect(readdirSync(home)).toEqual(['default']);
});

test.each([
  ['died while it started', () => ({ pid: deadPid() })],
  ['died', () => state({ pid: deadPid() })],
  [
    'died, and another process has its id',
    () => state({ control: { url: 'http://127.0.0.1:1', token: 't' } }),
  ],
  [
    'died, and another sandbox has its id and port',
    () => state({ control: { ...server.address, token: 'old' } }),
  ],
])('cleans up a sandbox that %s', async (_, left) => {
  mkdirSync(place.directory);
  writeFileSync(join(place.directory, 'state.json'), JSON.stringify(left()));
  expect(await place.find()).toBeNull();
  expect(readdirSync(home)).toEqual([]);
  await place.claim();
  expect(await place.find()).toEqual({ phase: 'starting', pid: process.pid });
});

test('says how to start one if none is running', async () => {
  await expect(new SandboxDirectory(home, 'ci').running()).rejects.toMatchObject({
    kind: 'notFound',
    code: 'SANDBOX_NOT_RUNNING',
    message: 'No sandbox named "ci" is running',
    hint: 'Run: circleci-admin sandbox start --detach --name ci',
  });
});

test.each(['rejects "%s" as a name', '..', 'a/b', '-x', 'a.log', 'x'.repeat(64)])(
  '"%s" is no name',
  (name) => {
    expect(() => new SandboxDirectory(home, name)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'BAD_SANDBOX_NAME',
        message: `"${name}" cannot be the name of a sandbox`,
      }),
    );
  },
);

test.each([
  [{}, '/home/me/.local/state/circleci-admin/sandbox'],
  [{ XDG_STATE_HOME: '/xdg' }, '/xdg/circleci-admin/sandbox'],
  [{ XDG_STATE_HOME: '/xdg', CIRCLECI_ADMIN_STATE_DIR: '/own' }, '/own/sandbox'],
  [{ CIRCLECI_ADMIN_STATE_DIR: '' }, '/home/me/.local/state/circleci-admin/sandbox'],
])('with %j the state is in %s', (env, expected) => {
  expect(sandboxHome(env, '/home/me')).toBe(expected);
});
