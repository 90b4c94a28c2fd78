import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type FormerState,
  readUndoFile,
  requireSameInstallation,
  type UndoFile,
  writeUndoFile,
} from '../../../src/lib/users/undo-file.ts';

async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'undo-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const former = (login: string, suspended: boolean): FormerState => {
  return { login, suspended, role: null };
};

function undo(...accounts: readonly FormerState[]): UndoFile {
  return {
    kind: 'circleci-admin/undo-accounts',
    version: 1,
    installation: 'prod',
    host: 'circleci.example.com',
    writtenAt: '2026-03-02T09:00:00.000Z',
    accounts,
  };
}

describe('writeUndoFile', () => {
  it('writes a file that only its owner can read, and creates its directory', async () => {
    const path = join(await directory(), 'undo', 'x.json');
    await writeUndoFile(path, undo(former('alice', false)));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, '..'))).toEqual(['x.json']);
    expect(await readUndoFile(path)).toEqual(undo(former('alice', false)));
  });

  it('keeps the oldest state of an account when a command is run again', async () => {
    const path = join(await directory(), 'x.json');
    await writeUndoFile(path, undo(former('alice', false)));
    await writeUndoFile(
      path,
      undo(former('bob', false), { login: 'Alice', suspended: true, role: 'read-settings' }),
    );
    expect((await readUndoFile(path)).accounts).toEqual([
      former('bob', false),
      { login: 'alice', suspended: false, role: 'read-settings' },
    ]);
  });

  it('does not overwrite another kind of file, or one of another installation', async () => {
    const path = join(await directory(), 'notes.json');
    await writeFile(path, '{"shopping": []}');
    await expect(writeUndoFile(path, undo())).rejects.toMatchObject({
      kind: 'validation',
      code: 'BAD_UNDO_FILE',
    });
    expect(await readFile(path, 'utf8')).toBe('{"shopping": []}');
    await rm(path);
    await writeUndoFile(path, { ...undo(), host: 'other.example.com' });
    await expect(writeUndoFile(path, undo())).rejects.toMatchObject({
      kind: 'refused',
      code: 'OTHER_INSTALLATION',
    });
  });

  it('reports why it cannot be written, and leaves no temporary file', async () => {
    const where = await directory();
    await writeFile(join(where, 'file'), '');
    const path = join(where, 'file', 'x.json');
    await expect(writeUndoFile(path, undo())).rejects.toMatchObject({
      code: expect.stringMatching(/UNDO_FILE/),
      message: expect.stringContaining('not a directory'),
    });
    const blocked = join(where, 'taken.json');
    await mkdir(blocked);
    await expect(writeUndoFile(blocked, undo())).rejects.toMatchObject({
      message: expect.stringContaining('it is a directory'),
    });
    expect((await readdir(where)).toSorted()).toEqual(['file', 'taken.json']);
  });
});

describe('readUndoFile', () => {
  it.each([
    ['a file that is not JSON', '{"kind":', 'is not JSON'],
    ['a list', '[]', 'is not an undo file'],
    ['a newer format', JSON.stringify({ ...undo(), version: 2 }), 'newer circleci-admin'],
    [
      'a file without accounts',
      JSON.stringify({ ...undo(), accounts: null }),
      'has no installation',
    ],
    [
      'an invalid login',
      JSON.stringify(undo(former('alice', true), former('x") (', true))),
      'an invalid account 2',
    ],
    [
      'an unknown role',
      JSON.stringify({ ...undo(), accounts: [{ login: 'a', suspended: null, role: 'root' }] }),
      'an invalid account 1',
    ],
  ])('rejects %s', async (_name, text, said) => {
    const path = join(await directory(), 'x.json');
    await writeFile(path, text);
    await expect(readUndoFile(path)).rejects.toMatchObject({
      kind: 'validation',
      code: 'BAD_UNDO_FILE',
      message: expect.stringContaining(said),
    });
  });

  it('reports a missing file', async () => {
    await expect(readUndoFile(join(await directory(), 'x.json'))).rejects.toMatchObject({
      kind: 'notFound',
      code: 'UNDO_FILE',
    });
  });
});

describe('requireSameInstallation', () => {
  it('compares the hosts, or the names if a host is unknown', () => {
    const here = { installation: 'renamed', host: 'circleci.example.com' };
    expect(() => requireSameInstallation(undo(), here, 'x.json')).not.toThrow();
    expect(() => requireSameInstallation(undo(), { ...here, host: null }, 'x.json')).toThrow(
      expect.objectContaining({ kind: 'refused', code: 'OTHER_INSTALLATION' }),
    );
  });
});
