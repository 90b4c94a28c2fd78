import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { machine } from '../../../support/machine.ts';
import { startSandbox } from '../../../support/sandbox.ts';

let cache: string;
let clock: SandboxClock;
let place: Awaited<ReturnType<typeof machine>>;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'names-'));
  clock = new SandboxClock({ rate: 0 });
  place = await machine();
  return () => rm(cache, { recursive: true, force: true });
});

/** Returns the completions that pressing Tab at the end of a line offers. */
async function tab(line: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const { CIRCLECI_ADMIN_CONFIG_DIR: _, ...rest } = env;
  const own = { ...rest, CIRCLECI_ADMIN_CACHE_DIR: cache };
  const words = ['completion', 'complete', '--', ...line.split(' ')];
  const { stdout, stderr, exitCode } = await place.cli(words, { env: own, clock });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0] ?? '']));
}

const cacheFiles = async (): Promise<string[]> =>
  (await readdir(join(cache, 'names'))).map((name) => join(cache, 'names', name));

async function useProfile(...lines: readonly string[]): Promise<void> {
  await place.cli(['config', 'set', 'readOnly', 'no', '--installation', 'lab', '-y']);
  const text = ['current: lab', 'installations:', '  lab:', ...lines.map((line) => `    ${line}`)];
  await writeFile(place.configPath, `${text.join('\n')}\n`);
}

describe('names of an installation', () => {
  let sandbox: Sandbox;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    sandbox = await startSandbox({ clients: 3 });
    env = sandbox.environment();
    return () => sandbox.stop();
  });

  it('are those of its clients, jobs, pods and accounts, and are found by reads only', async () => {
    const nodes = await tab('nomad drain ', env);
    expect(nodes).toHaveLength(3);
    expect(await tab(`nomad drain ${nodes[0]} `, env)).toEqual(nodes.slice(1));
    const listed = await place.cli(['nomad', 'node-status', '--columns', 'id'], { env });
    const [id = ''] = listed.stdout.split('\n');
    expect(await tab(`nomad node-status ${id.slice(0, 8)}`, env)).toEqual([id]);
    expect(await tab('nomad logs ', env)).not.toEqual([]);
    expect(await tab('nomad cli --nomad-pod circleci-n', env)).toEqual(['circleci-nomad-0']);
    const accounts = await tab('users show sandbox-', env);
    expect(accounts).toContain('sandbox-admin');
    expect(sandbox.calls.writes).toBe(0);
  });

  it('come from a cache for 30 seconds, which only its owner can read', async () => {
    const first = await tab('nomad drain ', env);
    const asked = sandbox.calls.reads;
    clock.advance(29_999);
    expect(await tab('nomad node-status ', env)).toEqual(first);
    expect(sandbox.calls.reads).toBe(asked);
    const [file = '', ...more] = await cacheFiles();
    expect(more).toEqual([]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    clock.advance(1);
    expect(await tab('nomad drain ', env)).toEqual(first);
    expect(sandbox.calls.reads).toBeGreaterThan(asked);
  });

  it('are not cached across installations or changes of the kubeconfig', async () => {
    const other = await startSandbox({ clients: 1, seed: 7 });
    const [own, others] = [
      await tab('nomad drain ', env),
      await tab('nomad drain ', other.environment()),
    ];
    expect(own).toHaveLength(3);
    expect(others).toHaveLength(1);
    // A new modification time, as after changing the current context in the file.
    const asked = sandbox.calls.reads;
    await utimes(env['KUBECONFIG'] ?? '', new Date(0), new Date(0));
    await tab('nomad drain ', env);
    expect(sandbox.calls.reads).toBeGreaterThan(asked);
  });

  it('are read again if the cache file is damaged', async () => {
    const first = await tab('nomad drain ', env);
    const [file = ''] = await cacheFiles();
    for (const torn of ['', '{"stamp":', 'null', '{"stamp":"","readAt":0,"names":[1]}']) {
      await writeFile(file, torn);
      expect(await tab('nomad drain ', env)).toEqual(first);
    }
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ names: expect.any(Array) });
  });

  it('time out after 1.5 seconds', async () => {
    sandbox.faults.add({ fault: { kind: 'hang' } });
    const pressed = tab('nomad drain ', env);
    const asked = async () => sandbox.calls.reads > 0;
    await expect.poll(asked).toBe(true);
    clock.advance(1_500);
    expect(await pressed).toEqual([]);
  });

  it('are empty, without a message, if they cannot be read', async () => {
    sandbox.faults.add({ fault: { kind: 'status', status: 500 }, service: 'nomad' });
    expect(await tab('nomad drain ', env)).toEqual([]);
    sandbox.faults.clear();
    await sandbox.stop();
    const pressed = tab('nomad drain --nomad-access direct ', env);
    // Lets the pauses between the attempts pass.
    const passing = setInterval(() => clock.advance(500), 5);
    expect(await pressed.finally(() => clearInterval(passing))).toEqual([]);
    expect(await tab('nomad drain ', { KUBECONFIG: '/nonexistent' })).toEqual([]);
    expect(await tab('nomad drain --installation nope ', env)).toEqual([]);
    expect(await tab('nomad drain ', { CIRCLECI_ADMIN_NOMAD_ACCESS: 'nonsense' })).toEqual([]);
  });

  it('are looked up without running a token command', async () => {
    const { NOMAD_ADDR = '' } = env;
    const ran = join(cache, 'ran');
    await useProfile(
      'nomad:',
      `  address: ${NOMAD_ADDR}`,
      `  tokenCommand: touch ${ran}; echo token`,
    );
    expect(await tab('nomad drain ', {})).toEqual([]);
    await expect(stat(ran)).rejects.toThrow('ENOENT');
    await useProfile('nomad:', `  address: ${NOMAD_ADDR}`);
    expect(await tab('nomad drain ', {})).toHaveLength(3);
  });
});

describe('names of this machine', () => {
  it('are the installations, the keys of a profile, and the logged changes', async () => {
    await useProfile('host: ci.example.com');
    expect(await tab('config use ', {})).toEqual(['lab']);
    expect(await tab('nomad status --installation=l', {})).toEqual(['--installation=lab']);
    expect(await tab('config set nomad.ad', {})).toEqual(['nomad.address']);
    const { stdout } = await place.cli(['audit', 'list', '--columns', 'id']);
    expect(await tab('audit show ', {})).toEqual([stdout.trim()]);
  });
});
