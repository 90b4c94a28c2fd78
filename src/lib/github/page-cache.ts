import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A page of members from an earlier read. */
export interface KnownPage {
  /** Path and query. */
  readonly path: string;
  readonly etag: string | null;
  readonly logins: readonly string[];
}

/** Keeps pages between runs, so that unchanged pages need not be transferred again. */
export interface PageCache {
  /** Empty if there is no valid cache. */
  read(): Promise<readonly KnownPage[]>;
  /** Never fails: an error only leaves the cache as it is. */
  write(pages: readonly KnownPage[]): Promise<void>;
}

/** Returns a cache in a file per GitHub host and organisation, readable only by the user. */
export function pageCacheFile(directory: string, host: string, org: string): PageCache {
  const name = createHash('sha256').update(`${host}/${org.toLowerCase()}`).digest('hex');
  const path = join(directory, 'github', `members-${name.slice(0, 16)}.json`);
  return {
    read: async () => decode(await readFile(path, 'utf8').catch(() => '[]')),
    write: async (pages) => {
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(temporary, JSON.stringify(pages), { mode: 0o600, flag: 'wx' });
        await rename(temporary, path);
      } catch {
        await rm(temporary, { force: true });
      }
    },
  };
}

function decode(text: string): readonly KnownPage[] {
  try {
    const pages: unknown = JSON.parse(text);
    return Array.isArray(pages) && pages.every(isKnownPage) ? pages : [];
  } catch {
    return [];
  }
}

function isKnownPage(value: unknown): value is KnownPage {
  if (typeof value !== 'object' || value === null) return false;
  const { path, etag, logins } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    (typeof etag === 'string' || etag === null) &&
    Array.isArray(logins) &&
    logins.every((login) => typeof login === 'string')
  );
}
