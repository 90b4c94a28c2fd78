import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { AdminError } from '../../errors.ts';
import type { Masker } from '../../masking.ts';
import { decodeSnapshot, encodeSnapshot } from './saved-snapshot.ts';
import type { QueueSnapshot } from './snapshot.ts';

/**
 * Keeps a snapshot, whole or not at all, readable by the user alone. One that is there is replaced.
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
    throw new AdminError('failed', `${path} cannot be written: ${(error as Error).message}`, {
      code: 'SNAPSHOT_FILE',
      hint: 'Name a file in a folder that exists and that you may write to: --save FILE',
    });
  }
}

/**
 * Reads a snapshot that was kept.
 *
 * @throws AdminError of kind `notFound`, code SNAPSHOT_NOT_FOUND; as {@link decodeSnapshot}
 */
export async function readSnapshot(path: string): Promise<QueueSnapshot> {
  let saved: string;
  try {
    saved = await readFile(path, 'utf8');
  } catch (error) {
    throw new AdminError('notFound', `${path} cannot be read: ${(error as Error).message}`, {
      code: 'SNAPSHOT_NOT_FOUND',
      hint: 'Save one with: circleci-admin troubleshoot queue --save FILE',
    });
  }
  return decodeSnapshot(saved);
}
