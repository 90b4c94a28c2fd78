/** The severity of a record by its level. */
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

/** All level names, for use in patterns. */
export const LEVEL_WORDS: readonly string[] = [...RANK_OF.keys()];

/** Returns the rank of a level; null if there is none, or if it is unknown. */
export function rankOf(level: string | null): Rank | null {
  return level === null ? null : (RANK_OF.get(level.toUpperCase()) ?? null);
}
