import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Milliseconds } from '../../clock.ts';
import type { Candidate } from './candidate.ts';

/** How long cached names are valid, in milliseconds: long enough to type a command line. */
const MAX_AGE: Milliseconds = 30_000;

/** A cache file, readable only by its owner, for the names of one kind in one installation. */
export class NameCache {
  readonly #path: string;
  readonly #stamp: string;
  readonly #clock: Clock;

  /**
   * @param identity identifies the installation and the kind of names
   * @param stamp invalidates the cache when it changes, such as the modification time of a
   *   kubeconfig
   */
  constructor(directory: string, identity: unknown, stamp: string, clock: Clock) {
    const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
    this.#path = join(directory, `${key}.json`);
    this.#stamp = stamp;
    this.#clock = clock;
  }

  /** Returns the cached names, or null if there are none or they have expired. */
  async read(): Promise<readonly Candidate[] | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => null);
    const kept = text === null ? null : parse(text);
    if (kept === null || kept.stamp !== this.#stamp) return null;
    const age = this.#clock.now().getTime() - kept.readAt;
    return age >= 0 && age < MAX_AGE ? kept.names : null;
  }

  /** Writes the names atomically, because several shells may use the file concurrently. */
  async write(names: readonly Candidate[]): Promise<void> {
    const fresh = `${this.#path}.${process.pid}`;
    const kept: CachedNames = { stamp: this.#stamp, readAt: this.#clock.now().getTime(), names };
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeFile(fresh, JSON.stringify(kept), { mode: 0o600 });
    await rename(fresh, this.#path);
  }
}

interface CachedNames {
  readonly stamp: string;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly names: readonly Candidate[];
}

/** Returns null for an invalid file. */
function parse(text: string): CachedNames | null {
  try {
    const kept = JSON.parse(text) as Partial<CachedNames> | null;
    const whole = typeof kept?.readAt === 'number' && typeof kept.stamp === 'string';
    return whole && Array.isArray(kept.names) && kept.names.every(isCandidate)
      ? { stamp: kept.stamp, readAt: kept.readAt, names: kept.names }
      : null;
  } catch {
    return null;
  }
}

function isCandidate(value: unknown): value is Candidate {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'value') === 'string' &&
    typeof Reflect.get(value, 'about') === 'string'
  );
}
