/** The part of a flag's definition that scanning needs. */
export interface ScannedFlag {
  readonly type: string;
  readonly char?: string;
}

/** The words before the cursor, by role. */
export interface ScannedWords {
  /** The last value of each flag that has one. */
  readonly values: Readonly<Record<string, string>>;
  /** The names of all given flags, including boolean ones. */
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** The flag whose value is the next word; null if there is none. */
  readonly open: string | null;
  /** Whether `--` was given, after which no word is a flag. */
  readonly ended: boolean;
}

/** Scans an unfinished command line and skips invalid words. */
export function scanWords(
  words: readonly string[],
  flags: Readonly<Record<string, ScannedFlag>>,
): ScannedWords {
  const values: Record<string, string> = {};
  const given = new Set<string>();
  const positionals: string[] = [];
  let open: string | null = null;
  let ended = false;
  for (const word of words) {
    if (open !== null) {
      values[open] = word;
      open = null;
    } else if (ended || word === '-' || !word.startsWith('-')) {
      positionals.push(word);
    } else if (word === '--') {
      ended = true;
    } else {
      const [name, value] = readFlag(word, flags);
      if (name === null) continue;
      given.add(name);
      if (value !== undefined) values[name] = value;
      else if (flags[name]?.type === 'option') open = name;
    }
  }
  return { values, given, positionals, open, ended };
}

function readFlag(
  word: string,
  flags: Readonly<Record<string, ScannedFlag>>,
): readonly [string | null, string?] {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
  if (long) {
    const [, name = '', value] = long;
    return Object.hasOwn(flags, name) ? [name, value] : [null];
  }
  const char = word[1];
  const name = Object.keys(flags).find((one) => flags[one]?.char === char);
  if (name === undefined) return [null];
  return word.length > 2 ? [name, word.slice(2).replace(/^=/, '')] : [name];
}
