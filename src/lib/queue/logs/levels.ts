/** How bad a record says that it is. */
export type Rank = 'quiet' | 'info' | 'warn' | 'error';

const RANKS: Readonly<Record<Rank, readonly string[]>> = {
  quiet: ['TRACE', 'DEBUG', 'FINE', 'FINER', 'FINEST', 'VERBOSE'],
  info: ['INFO', 'NOTICE', 'INFORMATION', 'INFORMATIONAL'],
  warn: ['WARN', 'WARNING'],
  error: [
    'ERROR',
    'ERR',
    'FATAL',
    'SEVERE',
    'CRITICAL',
    'CRIT',
    'ALERT',
    'EMERG',
    'EMERGENCY',
    'PANIC',
    'DPANIC',
  ],
};

const RANK_OF: ReadonlyMap<string, Rank> = new Map(
  (['quiet', 'info', 'warn', 'error'] as const).flatMap((rank) =>
    RANKS[rank].map((word) => [word, rank] as const),
  ),
);

/** Every word that tells a level, for patterns. */
export const LEVEL_WORDS: readonly string[] = [...RANK_OF.keys()];

/** What a level means; null where there is none, or one that nobody knows. */
export function rankOf(level: string | null): Rank | null {
  return level === null ? null : (RANK_OF.get(level.toUpperCase()) ?? null);
}
