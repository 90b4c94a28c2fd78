import { AdminError } from '../errors.ts';

/** Replaces the `-` in front of a sort column, so that oclif's parser accepts it. */
const DESCENDING = 'descending:';

/** Restores the value of `--sort` after parsing. */
export function sortValue(parsed: string): string {
  return parsed.startsWith(DESCENDING) ? `-${parsed.slice(DESCENDING.length)}` : parsed;
}

/**
 * Prepares a command line for oclif's parser, which would misread some words: `--yes=false` as
 * `--yes`, which sets what was meant to be unset; the value of `--sort -name` as the flag `-n`; and
 * `--constructor` as a known flag.
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
