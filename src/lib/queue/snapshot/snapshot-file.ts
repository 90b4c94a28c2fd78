import { randomUUID } from 'node:crypto';
import { access, constants, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdminError, type ErrorKind } from '../../errors.ts';
import { fileProblem } from '../../file-problem.ts';
import type { Masker } from '../../masking.ts';
import { encodeSnapshot } from './encode-snapshot.ts';
import type { QueueSnapshot } from './snapshot.ts';

/**
 * Fails early if a file cannot be written.
 *
 * @throws AdminError of kind `validation`, code SNAPSHOT_FILE
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw notWritten('validation', path, fileProblem(error));
  }
  if (path === '-') {
    throw notWritten('validation', path, 'standard output is for the diagnosis');
  }
  const existing = await stat(path).catch(() => null);
  if (existing?.isDirectory()) {
    throw notWritten('validation', path, 'it is a directory');
  }
}

/**
 * Writes a snapshot atomically, readable only by the user. Replaces an existing file.
 *
 * @throws AdminError of kind `failed`, code SNAPSHOT_FILE
 */
export async function writeSnapshot(
  path: string,
  snapshot: QueueSnapshot,
  masker: Masker,
): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, encodeSnapshot(snapshot, masker), { mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw notWritten('failed', path, fileProblem(error));
  }
}

function notWritten(kind: ErrorKind, path: string, problem: string): AdminError {
  return new AdminError(kind, `${path} cannot be written: ${problem}`, {
    code: 'SNAPSHOT_FILE',
    hint: 'Give a file in an existing directory that you can write to: --save FILE',
  });
}

/**
 * Reads a snapshot file.
 *
 * @throws AdminError of kind `notFound`, code SNAPSHOT_NOT_FOUND; like `decodeSnapshot`
 */
export async function readSnapshot(path: string): Promise<QueueSnapshot> {
  let saved: string;
  try {
    saved = await readFile(path, 'utf8');
  } catch (error) {
    throw new AdminError('notFound', `${path} cannot be read: ${fileProblem(error)}`, {
      code: 'SNAPSHOT_NOT_FOUND',
      hint: 'To save one: circleci-admin troubleshoot queue --save FILE',
    });
  }
  // Loaded on demand: only reading needs the schema.
  const { decodeSnapshot } = await import('./decode-snapshot.ts');
  return decodeSnapshot(saved);
}
