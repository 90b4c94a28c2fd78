import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sourceCommands } from '../../scripts/source-commands.ts';
import { MutatingCommand } from '../../src/lib/cli/bases/mutating-command.ts';
import { PROFILE, World } from '../support/world.ts';
import { COMMAND_CASES, caseLines, withFlags, wordsOf } from './command-cases.ts';

// Tests of every command that changes something: its refusals and its effects.

let world: World;
beforeAll(async () => {
  world = await World.open({ builds: 0 });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.writeProfile();
  world.sandbox.calls.reset();
});

const CHANGES = caseLines((one) => [one.changes]);

/** Returns all effects of a change. With `ran`, includes the programs that were run by exec. */
async function traces(ran = false) {
  const { writes } = world.sandbox.calls;
  // Changes by the nomad CLI in its pod are not logged as writes, so its runs are counted.
  const runs = ran ? world.sandbox.calls.recent().filter(({ method }) => method === 'UPGRADE') : [];
  return {
    writes,
    runs: runs.length,
    config: await readFile(world.configPath, 'utf8'),
    audit: await world.audit(),
  };
}

it('lists every command that can change something, and each has the flags of a change', async () => {
  for (const { id, load } of await sourceCommands()) {
    const command = await load();
    const name = id.replaceAll(':', ' ');
    if (!(command.prototype instanceof MutatingCommand)) continue;
    expect(COMMAND_CASES[name]?.changes, `${name}: a command line that changes something`).toEqual(
      expect.any(String),
    );
    const flags = { ...command.baseFlags, ...command.flags };
    expect(Object.keys(flags)).toEqual(expect.arrayContaining(['dry-run', 'yes', 'confirm']));
  }
});

describe.each(CHANGES)('%s: %j', (name, line, one) => {
  const { consent = '--yes', endsWith = 0, passesThrough, subject } = one;
  const agreed = withFlags(line, consent);

  it('is refused without a terminal, and nothing is changed', async () => {
    const before = await traces(passesThrough);
    for (const tty of [false, { stdin: true }, { stderr: true }]) {
      const { stdout, stderr, exitCode } = await world.cli(line, { tty });
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
      expect(stderr).toMatch(
        /Error: This change needs confirmation, and there is no terminal[^\n]*\nNothing was changed/,
      );
    }
    const json = await world.cli(withFlags(line, '--json'));
    // Warnings may precede it.
    const error = json.stderr.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(error)).toMatchObject({ code: 'NOT_CONFIRMED', exitCode: 6 });
    expect(await traces(passesThrough)).toEqual(before);
  });

  it.skipIf(passesThrough)('shows the plan with --dry-run, and nothing is changed', async () => {
    const before = await traces(passesThrough);
    for (const flags of ['--dry-run', '--dry-run --yes', '--dry-run --read-only']) {
      const { stderr, exitCode } = await world.cli(withFlags(line, flags));
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^Installation: [\s\S]*Dry run: nothing was changed in /);
    }
    const json = await world.cli(withFlags(line, '--dry-run --json'));
    expect(JSON.parse(json.stdout)).toEqual(expect.any(Object));
    expect(await traces(passesThrough)).toEqual(before);
  });

  it('is refused with --read-only, even if it is confirmed', async () => {
    const before = await traces(passesThrough);
    const flag = await world.cli(withFlags(agreed, '--read-only'));
    const variable = await world.cli(agreed, { env: { CIRCLECI_ADMIN_READ_ONLY: '1' } });
    for (const { stdout, stderr, exitCode } of [flag, variable]) {
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
      expect(stderr).toMatch(/Error: \S+ is read-only here\n/);
    }
    expect(await traces(passesThrough)).toEqual(before);
  });

  it.skipIf(subject === 'config file')('is refused in a read-only profile', async () => {
    await world.writeProfile('readOnly: true');
    const before = await traces(passesThrough);
    // A variable cannot unset readOnly of the profile.
    const { stdout, stderr, exitCode } = await world.cli(agreed, {
      env: { CIRCLECI_ADMIN_READ_ONLY: 'false' },
    });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
    expect(stderr).toContain(`Error: ${PROFILE} is read-only here`);
    expect(await traces(passesThrough)).toEqual(before);
  });

  it('is applied after confirmation and recorded in the audit log', async () => {
    const before = await traces(passesThrough);
    const { exitCode, stderr } = await world.cli(agreed);
    expect({ stderr, exitCode }).toMatchObject({ exitCode: endsWith });
    const after = await traces(passesThrough);
    if (subject === 'config file') expect(after.config).not.toBe(before.config);
    else expect(after.writes + after.runs).toBeGreaterThan(0);
    const entries = after.audit.slice(before.audit.length).trimEnd().split('\n');
    const [begin, end, ...more] = entries.map((entry) => JSON.parse(entry));
    expect(more).toEqual([]);
    expect(begin).toMatchObject({ phase: 'begin', user: 'tester', action: expect.any(String) });
    expect(begin.installation).toMatch(
      subject === 'config file' ? /^(?:lab|spare|fresh)$/ : /^lab$/,
    );
    const words = name.split(' ');
    expect(begin.command.slice(0, words.length)).toEqual(words);
    expect(end).toMatchObject({ id: begin.id, phase: 'end', exitCode: endsWith, error: null });
  });
});

describe('nomad cli', () => {
  it.each([
    ['node drain -enable -yes NODE_ID', 'a drain'],
    ['-region=global node drain -enable NODE_ID', 'a global flag in front'],
    ['system gc', 'a garbage collection'],
    ['operator raft remove-peer', 'an operator command'],
    ['brand-new-command', 'an unknown command'],
  ])('needs confirmation for %s (%s)', async (words) => {
    const line = wordsOf(`nomad cli -- ${words}`);
    expect(await world.cli(line)).toMatchObject({ stdout: '', exitCode: 6 });
    expect(await world.cli(withFlags(line, '--yes --read-only'))).toMatchObject({ exitCode: 6 });
    expect(world.sandbox.calls.writes).toBe(0);
  });

  it("logs the program's exit code, and no token", async () => {
    const token = 'canary-0123456789';
    const line = wordsOf(`nomad cli --yes -- system gc -token ${token} -token=${token}`);
    const { exitCode, stderr } = await world.cli(line);
    expect(exitCode).not.toBe(0);
    const [begin, end] = (await world.audit()).trimEnd().split('\n').slice(-2);
    expect(JSON.parse(end ?? '')).toMatchObject({ phase: 'end', exitCode });
    expect(`${begin}${stderr}`).not.toContain(token);
    const asked = await world.cli(wordsOf(`nomad cli -- system gc -token ${token}`));
    expect(asked.stderr).toContain('Run "nomad system gc -token [secret]" in lab?');
  });

  it('requires -- before the arguments of nomad', async () => {
    const { stderr, exitCode } = await world.cli(['nomad', 'cli', 'node', 'status']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Write: circleci-admin nomad cli -- node status');
  });
});
