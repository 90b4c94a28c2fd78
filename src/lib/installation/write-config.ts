import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { fileProblem, isFileMissing } from '../file-problem.ts';
import { readConfigBytes } from './config-file.ts';

const LOCK_WAIT: Milliseconds = 5_000;
const LOCK_POLL: Milliseconds = 25;
/** The age at which a lock counts as abandoned; an edit takes only milliseconds. */
const LOCK_STALE: Milliseconds = 30_000;

/**
 * Rewrites the config file under a lock: reads it, applies the change, writes a temporary file and
 * renames it. Concurrent writers lose no changes, and readers never see a partial file. The file is
 * readable only by its owner.
 *
 * @param change receives the current text (empty if there is no file) and returns the new text
 * @throws AdminError of kind `validation` (BAD_CONFIG), `failed` (CONFIG_WRITE) or `timeout`
 *   (CONFIG_LOCKED), and whatever `change` throws
 */
export async function rewriteConfig(
  path: string,
  clock: Clock,
  change: (text: string) => string,
): Promise<void> {
  const fail = (error: NodeJS.ErrnoException): never => {
    throw new AdminError('failed', `${path} cannot be written: ${fileProblem(error)}`, {
      code: 'CONFIG_WRITE',
      hint: 'Nothing was changed. To use another directory, set CIRCLECI_ADMIN_CONFIG_DIR.',
      cause: error,
    });
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(fail);
  // A symbolic link is kept, and its target is rewritten.
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    isFileMissing(error) ? path : fail(error),
  );
  const unlock = await lock(`${target}.lock`, clock, fail);
  try {
    const before = (await readConfigBytes(target)) ?? '';
    const after = change(before);
    if (after !== before) await replace(target, after).catch(fail);
  } finally {
    await unlock();
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
}

/** Creates the lock file, or waits for it; returns a function that removes it. */
async function lock(
  path: string,
  clock: Clock,
  fail: (error: NodeJS.ErrnoException) => never,
): Promise<() => Promise<void>> {
  for (let waited = 0; ; waited += LOCK_POLL) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.close();
      return () => removeIfThere(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') fail(error as NodeJS.ErrnoException);
    }
    if (await isStale(path)) await removeIfThere(path);
    else if (waited >= LOCK_WAIT) {
      throw new AdminError('timeout', `${path} is locked by another process`, {
        code: 'CONFIG_LOCKED',
        hint: `Nothing was changed. If no other circleci-admin is running: rm ${path}`,
      });
    } else await clock.sleep(LOCK_POLL);
  }
}

/** Returns whether a lock is abandoned. Both times are of the file system, not of another clock. */
async function isStale(path: string): Promise<boolean> {
  const probe = `${path}.${randomUUID()}`;
  const file = await open(probe, 'wx', 0o600);
  try {
    const [now, taken] = [await file.stat(), await stat(path)];
    return now.mtimeMs - taken.mtimeMs > LOCK_STALE;
  } catch (error) {
    // The lock was removed in the meantime.
    if (isFileMissing(error)) return false;
    throw error;
  } finally {
    await file.close();
    await unlink(probe);
  }
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (!isFileMissing(error)) throw error;
  });
}
