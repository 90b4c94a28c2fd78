/**
 * The limit in the operations guide: a larger cache is not checked for corruption, and unpacking it
 * may fail ("Why is the cache failing to unpack?").
 */
export const CACHE_LIMIT_BYTES = 500_000_000;

/** The verdict on the size of a cache. */
export interface CacheVerdict {
  readonly sizeBytes: number;
  readonly limitBytes: number;
  readonly verdict: 'ok' | 'too-large';
  readonly explanation: string;
  readonly remedy: string | null;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  tib: 1024 ** 4,
};

/**
 * Parses a size such as `620MB`, `1.2 GiB` or `500000000` to bytes; returns null for other texts.
 */
export function bytesOf(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  const bytes = factor === undefined ? Number.NaN : Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Formats a size in decimal megabytes, the unit of the guide's limit. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e5) / 10} MB`;
}

/** Returns the verdict on the size of a cache. */
export function judgeCache(sizeBytes: number): CacheVerdict {
  const about = { sizeBytes, limitBytes: CACHE_LIMIT_BYTES };
  if (sizeBytes <= CACHE_LIMIT_BYTES) {
    return {
      ...about,
      verdict: 'ok',
      explanation: 'Within 500 MB: it is checked for corruption when it is restored.',
      remedy: null,
    };
  }
  return {
    ...about,
    verdict: 'too-large',
    explanation: `${megabytes(sizeBytes - CACHE_LIMIT_BYTES)} over 500 MB: it is not checked for corruption, and unpacking it may fail.`,
    remedy: 'Split it into several caches, each with its own new key.',
  };
}
