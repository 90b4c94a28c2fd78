import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { readConfigBytes } from './config-file.ts';

const LOCK_WAIT: Milliseconds = 5_000;
const LOCK_POLL: Milliseconds = 25;
/** An edit takes milliseconds: a lock of this age belongs to nobody any more. */
const LOCK_STALE: Milliseconds = 30_000;

/**
 * Changes the config file: reads it, has the change made, writes the result beside it and puts it
 * in its place, all under a lock, so that of two writers neither loses what it wrote and no reader
 * sees half a file. The file is readable by its owner alone.
 *
 * @param change gets the text as it is now (empty where there is no file) and returns the new one
 * @throws AdminError of kind `validation` (BAD_CONFIG), `failed` (CONFIG_WRITE) or `timeout`
 *   (CONFIG_LOCKED), and whatever `change` throws
 */
export async function rewriteConfig(
  path: string,
  clock: Clock,
  change: (text: string) => string,
): Promise<void> {
  const fail = (error: NodeJS.ErrnoException): never => {
    throw new AdminError('failed', `${path} cannot be written: ${error.code ?? error.message}`, {
      code: 'CONFIG_WRITE',
      hint: 'Nothing was changed. To use another directory, set CIRCLECI_ADMIN_CONFIG_DIR.',
      cause: error,
    });
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(fail);
  // A file that is kept elsewhere, with a link here, stays so.
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? path : fail(error),
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

/** Takes the lock file, for which others wait; returns what gives it back. */
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

/** Compares the file system's own times: both of them, so that no other clock matters. */
async function isStale(path: string): Promise<boolean> {
  const probe = `${path}.${randomUUID()}`;
  const file = await open(probe, 'wx', 0o600);
  try {
    const [now, taken] = [await file.stat(), await stat(path)];
    return now.mtimeMs - taken.mtimeMs > LOCK_STALE;
  } catch (error) {
    // Given back in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  } finally {
    await file.close();
    await unlink(probe);
  }
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
