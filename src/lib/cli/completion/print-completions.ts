import type { CommandTable } from '../command-table.ts';
import type { Runtime } from '../runtime.ts';
import type { NameSource } from './candidate.ts';
import { completeLine } from './complete-line.ts';

/** What the scripts take for "complete the names of files". */
export const FILES = ':files';

/**
 * Answers the scripts of the shells: a candidate per line, with a tab and a few words about it.
 * Whatever goes wrong is no candidate and no word: somebody is typing.
 *
 * @param names loads what finding names takes, once a name is asked for
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
      // No installation, no answer, no permission: then there are no names to offer.
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
