import { bytesOf } from './judge-size.ts';

/** What a step that restores or saves a cache prints about it. */
export interface CacheOutput {
  readonly action: 'restore' | 'save';
  /** Key of the cache that was found or saved; null if there was none. */
  readonly key: string | null;
  readonly sizeBytes: number | null;
  /**
   * `found`: found and unpacked; `none`: no cache for its keys; `stored`: newly stored; `present`:
   * already stored; null if unknown.
   */
  readonly outcome: 'found' | 'none' | 'stored' | 'present' | null;
}

/**
 * The maximum length that is kept of a line; cache lines are shorter. Bounds memory for a step that
 * prints an endless line.
 */
const MAX_LINE = 4_096;

/** Escape sequences for colours and the like. */
const ESCAPES = /\p{Cc}\[[\d;?]*[A-Za-z]/gu;

/**
 * Parses the output of a step incrementally, and keeps what it says about a cache.
 *
 * The messages are those of the build agent on circleci.com, taken from public logs: `Found a cache
 * from build 9011 at KEY`, `Size: 508 MiB`, `No cache is found for key: KEY`, `Stored Cache to
 * KEY`, `Total size uploaded: 508 MiB` (since about 2022; earlier agents do not print the size of a
 * saved cache), `Skipping cache generation, cache already exists for key: KEY`. It is assumed that
 * server 3.x, whose build agent is from that time, prints the same.
 */
export class CacheOutputReader {
  #line = '';
  #found: CacheOutput | null = null;

  /** Null unless a line has identified the step as a cache step. */
  get found(): CacheOutput | null {
    return this.#found;
  }

  /** Whether the rest of the output cannot add anything. */
  get done(): boolean {
    const { sizeBytes = null, outcome = null } = this.#found ?? {};
    return sizeBytes !== null || outcome === 'present';
  }

  push(message: string): void {
    const lines = `${this.#line}${message}`.split(/\r\n|\n|\r/);
    this.#line = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) this.#read(line);
  }

  /** Parses the last line, which may lack a line end. */
  end(): CacheOutput | null {
    this.#read(this.#line);
    this.#line = '';
    return this.#found;
  }

  #read(text: string): void {
    const line = text.slice(0, MAX_LINE).replaceAll(ESCAPES, '').trim();
    for (const [pattern, learn] of WORDS) {
      const match = pattern.exec(line);
      if (match === null) continue;
      this.#found = learn(this.#found, match[1] ?? '');
      return;
    }
  }
}

type WordReader = (known: CacheOutput | null, word: string) => CacheOutput | null;

const RESTORE: CacheOutput = { action: 'restore', key: null, sizeBytes: null, outcome: null };
const SAVE: CacheOutput = { ...RESTORE, action: 'save' };

const WORDS: readonly (readonly [RegExp, WordReader])[] = [
  [/^Found a cache from build \S+ at (.+)$/, (_, key) => ({ ...RESTORE, key, outcome: 'found' })],
  [/^No cache is found for key: (.*)$/, (known) => known ?? { ...RESTORE, outcome: 'none' }],
  [/^Size: (.+)$/, (known, size) => sized(known, 'restore', size)],
  [
    /^Skipping cache generation, cache already exists for key: (.+)$/,
    (_, key) => ({ ...SAVE, key, outcome: 'present' }),
  ],
  [/^Stored Cache to (.+)$/i, (_, key) => ({ ...SAVE, key, outcome: 'stored' })],
  [/^Total size uploaded: (.+)$/, (known, size) => sized(known, 'save', size)],
  [/^(?:Creating|Uploading) cache archive/, (known) => known ?? SAVE],
];

/** Records a size only for a cache whose key was printed before. */
function sized(
  known: CacheOutput | null,
  action: CacheOutput['action'],
  text: string,
): CacheOutput | null {
  if (known === null || known.action !== action || known.key === null) return known;
  return { ...known, sizeBytes: known.sizeBytes ?? bytesOf(text) };
}
