/** A command line that carries another one behind `--`. */
export interface SplitWords {
  /** Words of our own, before `--`. */
  readonly own: string[];
  /** Words of the other, as they came; null where there is no `--`. */
  readonly theirs: readonly string[] | null;
}

/**
 * Splits a command line at `--`. oclif's parser sorts what it does not know by the first place of
 * each word, which swaps words that occur twice: what is passed through must not go that way.
 */
export function splitAtDashes(argv: readonly string[]): SplitWords {
  const at = argv.indexOf('--');
  return at === -1
    ? { own: [...argv], theirs: null }
    : { own: argv.slice(0, at), theirs: argv.slice(at + 1) };
}
