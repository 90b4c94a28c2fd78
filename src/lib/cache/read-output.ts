import { bytesOf } from './judge-size.ts';

/** What a step that restores or saves a cache has said of it. */
export interface CacheOutput {
  readonly action: 'restore' | 'save';
  /** Key of the cache that was found or saved; null where there was none. */
  readonly key: string | null;
  readonly sizeBytes: number | null;
  /** `found` and unpacked, `none` for its keys, `stored` anew, `present` already; null if not told. */
  readonly outcome: 'found' | 'none' | 'stored' | 'present' | null;
}

/** No line about a cache is longer, so no more is kept of one: a step may print one without an end. */
const LONGEST_LINE = 4_096;

/** Colours and the like, which an agent may print around its words. */
const ESCAPES = /\p{Cc}\[[\d;?]*[A-Za-z]/gu;

/**
 * Follows the output of a step, piece by piece, and keeps what it says of a cache.
 *
 * The words are the build agent's on circleci.com, as they stand in public logs: `Found a cache from
 * build 9011 at KEY`, `Size: 508 MiB`, `No cache is found for key: KEY`, `Stored Cache to KEY`, `Total
 * size uploaded: 508 MiB` (since about 2022; before, nothing tells how large a saved cache is),
 * `Skipping cache generation, cache already exists for key: KEY`. That server 3.x prints the same is
 * assumed: its build agent is of that time.
 */
export class CacheOutputReader {
  #line = '';
  #found: CacheOutput | null = null;

  /** Null while nothing has shown that it is a step about a cache. */
  get found(): CacheOutput | null {
    return this.#found;
  }

  /** Whether there is nothing more to learn. */
  get done(): boolean {
    const { sizeBytes = null, outcome = null } = this.#found ?? {};
    return sizeBytes !== null || outcome === 'present';
  }

  push(message: string): void {
    const lines = `${this.#line}${message}`.split(/\r\n|\n|\r/);
    this.#line = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#read(line);
  }

  /** The last line may have no end. */
  end(): CacheOutput | null {
    this.#read(this.#line);
    this.#line = '';
    return this.#found;
  }

  #read(text: string): void {
    const line = text.slice(0, LONGEST_LINE).replaceAll(ESCAPES, '').trim();
    for (const [pattern, learn] of WORDS) {
      const match = pattern.exec(line);
      if (match === null) continue;
      this.#found = learn(this.#found, match[1] ?? '');
      return;
    }
  }
}

type Learn = (known: CacheOutput | null, word: string) => CacheOutput | null;

const RESTORE: CacheOutput = { action: 'restore', key: null, sizeBytes: null, outcome: null };
const SAVE: CacheOutput = { ...RESTORE, action: 'save' };

const WORDS: readonly (readonly [RegExp, Learn])[] = [
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

/** A size counts only for the cache that was named before it. */
function sized(
  known: CacheOutput | null,
  action: CacheOutput['action'],
  text: string,
): CacheOutput | null {
  if (known === null || known.action !== action || known.key === null) return known;
  return { ...known, sizeBytes: known.sizeBytes ?? bytesOf(text) };
}
