import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeKey } from '../../../support/ssh-server.ts';
import { World } from '../../../support/world.ts';

let world: World;
let key: string;
beforeAll(async () => {
  world = await World.open({ builds: 0 });
  key = makeKey(world.home, 'locked', 'ed25519', 'open sesame');
});
afterAll(() => world[Symbol.asyncDispose]());

it.each([
  'nomad ssh NODE -- uptime',
  'nomad node-status NODE --via ssh',
  'troubleshoot connectivity --from clients',
  'troubleshoot connectivity',
  'troubleshoot queue --limit 60s',
])('Ctrl-C at the prompt for the passphrase of an SSH key exits with 6: %s', async (line) => {
  const { stdout, stderr, exitCode } = await world.cli(line.split(' '), {
    env: { CIRCLECI_ADMIN_SSH_KEY_FILE: key, SSH_AUTH_SOCK: undefined },
    tty: { stdin: true, stderr: true },
    stdin: '\u0003',
  });
  expect(stderr).toMatch(/Cancelled/);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
});
