import type { CommandTable } from '../command-table.ts';
import type { Runtime } from '../runtime.ts';
import type { NameSource } from './candidate.ts';
import { completeLine } from './complete-line.ts';

/** The line that tells the completion scripts to complete file names. */
const FILES = ':files';

/**
 * Prints completions for the shell scripts: one candidate per line, a tab and its description. If
 * the names cannot be read, there are no candidates and no message, because the user is typing.
 *
 * @param names loads the source of names when a name is first looked up
 */
export async function printCompletions(
  words: readonly string[],
  table: CommandTable,
  runtime: Runtime,
  names: () => Promise<NameSource>,
): Promise<void> {
  const find: NameSource = async (kind, flags) => {
    try {
      return await (await names())(kind, flags);
    } catch {
      // For example no installation, no response or no permission.
      return [];
    }
  };
  const completion = await completeLine(table, words, find);
  const text =
    completion.kind === 'files'
      ? `${FILES}\n`
      : completion.candidates.map(({ value, about }) => `${value}\t${oneLine(about)}\n`).join('');
  if (text !== '') await runtime.stdout.write(text);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
