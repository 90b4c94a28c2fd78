import { AdminError } from '../errors.ts';

/** What `-` before a column to sort by is written as on its way through oclif's parser. */
const DESCENDING = 'descending:';

/** The value of `--sort` as it was given. */
export function sortValue(parsed: string): string {
  return parsed.startsWith(DESCENDING) ? `-${parsed.slice(DESCENDING.length)}` : parsed;
}

/**
 * The words of a command line as oclif's parser reads them right. It takes `--yes=false` for
 * `--yes`, so that what was meant to be off would be on; and the value of `--sort -name` for the flag `-n`; and
 * `--constructor` for a flag that it has.
 *
 * @throws AdminError of kind `usage`, code BAD_FLAGS or UNKNOWN_FLAG
 */
export function plainWords(
  argv: readonly string[],
  flags: Readonly<Record<string, { readonly type: string }>>,
): string[] {
  const words: string[] = [];
  for (const [at, word] of argv.entries()) {
    if (word === '--') return [...words, ...argv.slice(at)];
    const [, name = '', value] = /^--([\w-]+)(=.*)?$/s.exec(word) ?? [];
    if (name in {} && !Object.hasOwn(flags, name)) {
      throw new AdminError('usage', `Unknown flag --${name}`, {
        code: 'UNKNOWN_FLAG',
        hint: 'Run the command with --help to see its flags.',
      });
    }
    if (value !== undefined && flags[name]?.type === 'boolean') {
      throw new AdminError('usage', `--${name} does not take a value`, {
        code: 'BAD_FLAGS',
        hint: `Write --${name} without a value.`,
      });
    }
    if (words.at(-1) === '--sort' && /^-\w/.test(word)) words.push(DESCENDING + word.slice(1));
    else words.push(word.replace(/^--sort=-/, `--sort=${DESCENDING}`));
  }
  return words;
}
