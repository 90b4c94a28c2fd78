import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rewriteConfig } from '../../../src/lib/installation/write-config.ts';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';

let directory = '';
let path = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'write-config-'));
  path = join(directory, 'inner', 'config.yaml');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A clock whose sleeps end at once and are added up. */
function impatientClock() {
  let slept = 0;
  return {
    now: () => new Date(0),
    sleep: async (ms: number) => {
      slept += ms;
    },
    get slept() {
      return slept;
    },
  };
}

const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

describe('rewriteConfig', () => {
  it('creates the file and its directory for the owner only, and leaves no other files', async () => {
    await rewriteConfig(path, systemClock, (text) => `${text}one\n`);
    await chmod(path, 0o644);
    await rewriteConfig(path, systemClock, (text) => `${text}two\n`);
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(join(directory, 'inner'))).toBe(0o700);
    expect(await readdir(join(directory, 'inner'))).toEqual(['config.yaml']);
  });

  it('loses no change of concurrent writers', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    await Promise.all(
      names.map((name) => rewriteConfig(path, systemClock, (text) => `${text}${name}\n`)),
    );
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.sort()).toEqual(names.sort());
  });

  it('keeps a symbolic link and rewrites its target', async () => {
    await rewriteConfig(path, systemClock, () => 'kept\n');
    const link = join(directory, 'config.yaml');
    await symlink(path, link);
    await rewriteConfig(link, systemClock, (text) => `${text}more\n`);
    expect(await readFile(path, 'utf8')).toBe('kept\nmore\n');
    expect(await readdir(directory)).toEqual(['config.yaml', 'inner']);
  });

  it('writes nothing and removes the lock if the change throws', async () => {
    await rewriteConfig(path, systemClock, () => 'kept\n');
    const refuse = (): string => {
      throw new Error('refused');
    };
    await expect(rewriteConfig(path, systemClock, refuse)).rejects.toThrowError('refused');
    expect(await readFile(path, 'utf8')).toBe('kept\n');
    expect(await readdir(join(directory, 'inner'))).toEqual(['config.yaml']);
  });

  it('waits for another writer for at most five seconds', async () => {
    await rewriteConfig(path, systemClock, () => 'kept\n');
    await writeFile(`${path}.lock`, '');
    const clock = impatientClock();
    await expect(rewriteConfig(path, clock, () => 'lost\n')).rejects.toMatchObject({
      kind: 'timeout',
      code: 'CONFIG_LOCKED',
      message: `${path}.lock is locked by another process`,
      hint: `Nothing was changed. If no other circleci-admin is running: rm ${path}.lock`,
    });
    expect(clock.slept).toBe(5_000);
    expect(await readFile(path, 'utf8')).toBe('kept\n');
  });

  it('takes over an abandoned lock', async () => {
    await rewriteConfig(path, systemClock, () => 'kept\n');
    await writeFile(`${path}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${path}.lock`, longAgo, longAgo);
    const clock = impatientClock();
    await rewriteConfig(path, clock, (text) => `${text}more\n`);
    expect(clock.slept).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('kept\nmore\n');
  });

  it('throws CONFIG_WRITE if the file cannot be written', async () => {
    await writeFile(join(directory, 'inner'), 'a file in the way');
    await expect(rewriteConfig(path, systemClock, () => 'x')).rejects.toMatchObject({
      kind: 'failed',
      code: 'CONFIG_WRITE',
      message: expect.stringMatching(
        /config\.yaml cannot be written: (file already exists|not a directory)$/,
      ),
    });
  });
});
