/** A command line that may contain another one after `--`. */
export interface SplitWords {
  /** The words of this tool, before `--`. */
  readonly own: string[];
  /** The words of the other program, unchanged; null without `--`. */
  readonly theirs: readonly string[] | null;
}

/**
 * Splits a command line at `--`. The words of the other program must not go through oclif's parser,
 * which sorts unknown words by the first position of each and so reorders repeated words.
 */
export function splitAtDashes(argv: readonly string[]): SplitWords {
  const at = argv.indexOf('--');
  return at === -1
    ? { own: [...argv], theirs: null }
    : { own: argv.slice(0, at), theirs: argv.slice(at + 1) };
}
