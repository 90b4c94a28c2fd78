import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CommandRun,
  readSecret,
  readSecretFile,
  shellRunner,
} from '../../../src/lib/installation/secret.ts';
import { Masker } from '../../../src/lib/masking.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secret-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function fileWith(text: string, mode: number): Promise<string> {
  const path = join(directory, `secret-${mode.toString(8)}-${text.length}`);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

const ENDED: CommandRun = { exitCode: 0, stdout: '', stderr: '', timedOut: false };

describe('readSecret', () => {
  it('reads the output of a command and masks it from then on', async () => {
    const masker = new Masker();
    const env = { GREETING: 'canary', PATH: process.env['PATH'] };
    const secret = await readSecret(
      { command: 'echo "$GREETING-token"; echo hm >&2' },
      { masker, env },
    );
    expect(secret).toBe('canary-token');
    expect(masker.mask('it is canary-token')).toBe('it is [secret]');
  });

  it('reads the content of a file and masks it', async () => {
    const masker = new Masker();
    const file = await fileWith('file-canary\n', 0o600);
    expect(await readSecret({ file }, { masker, env: {} })).toBe('file-canary');
    expect(masker.mask('file-canary')).toBe('[secret]');
  });

  it.each<[string, Partial<CommandRun>, { kind: string; code: string; message: string }]>([
    [
      'fails after printing half of the secret',
      {
        exitCode: 3,
        stdout: 'half-a-canary\n',
        stderr: 'a\nb\nvault: half-a-canary is sealed\nbye\n',
      },
      {
        kind: 'unauthorised',
        code: 'SECRET_COMMAND',
        message: 'tokenCommand failed with exit code 3: b\nvault: [secret] is sealed\nbye',
      },
    ],
    [
      'prints nothing',
      { stdout: ' \n' },
      { kind: 'unauthorised', code: 'SECRET_COMMAND', message: 'tokenCommand printed nothing' },
    ],
    [
      'prints more than the token',
      { stdout: 'token-canary\nuser: x\n' },
      { kind: 'unauthorised', code: 'SECRET_COMMAND', message: 'tokenCommand printed 2 lines' },
    ],
    [
      'takes too long',
      { exitCode: null, timedOut: true },
      {
        kind: 'timeout',
        code: 'SECRET_COMMAND_TIMEOUT',
        message: 'tokenCommand timed out after 60 s',
      },
    ],
  ])('throws an error without the secret if a command %s', async (_, run, error) => {
    const reading = readSecret(
      { command: 'get-canary' },
      { masker: new Masker(), env: {}, run: async () => ({ ...ENDED, ...run }) },
    );
    await expect(reading).rejects.toMatchObject(error);
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('canary') });
  });
});

describe('shellRunner', () => {
  it('kills a command at its time limit and does not wait for its child processes', async () => {
    const run = await shellRunner({ PATH: process.env['PATH'] })('echo early; sleep 5 & wait', 400);
    expect(run).toMatchObject({ exitCode: null, timedOut: true, stdout: 'early\n' });
  });

  it('returns the exit code of a command', async () => {
    const run = await shellRunner({})('echo oh no >&2; exit 7', 5_000);
    expect(run).toEqual({ exitCode: 7, stdout: '', stderr: 'oh no\n', timedOut: false });
  });
});

describe('readSecretFile', () => {
  it.each([
    ['readable by the group', 'token', 0o640, 'can be read by other users', /^Run: chmod 600 /],
    ['readable by others', 'token', 0o604, 'can be read by other users', /^Run: chmod 600 /],
    ['that is empty', '\n', 0o600, 'is empty', undefined],
    ['of two lines', 'one\ntwo', 0o600, 'has more than one line', undefined],
  ])('rejects a file %s', async (_, text, mode, why, hint) => {
    const path = await fileWith(text, mode);
    await expect(readSecretFile(path)).rejects.toMatchObject({
      kind: 'validation',
      code: 'SECRET_FILE',
      message: `Secret file ${path} ${why}`,
      hint: hint === undefined ? undefined : expect.stringMatching(hint),
    });
  });

  it('names a missing file in the error', async () => {
    await expect(readSecretFile('/nonexistent/token')).rejects.toMatchObject({
      code: 'SECRET_FILE',
      message: 'Secret file /nonexistent/token cannot be read: no such file or directory',
    });
  });
});
