import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdminError } from '../../errors.ts';

/** The pages of the documentation that `help NAME` shows. */
const PAGES = ['permissions', 'security'];
/** The folder of the pages for each prefix of a code. */
const FOLDERS: Readonly<Record<string, string>> = { CA: 'checks', CQ: 'findings' };

/** Returns the path in the package of the page for `help WORD`; null if the word is not a page. */
export function helpPage(word: string): string | null {
  if (PAGES.includes(word)) return `docs/${word}.md`;
  const code = /^c[aq]\d{4}$/i.test(word) ? word.toUpperCase() : null;
  return code && `docs/${FOLDERS[code.slice(0, 2)]}/${code}.md`;
}

/** Returns the command that shows a page of the documentation. */
export function helpCommand(page: string): string {
  return `circleci-admin help ${basename(page, '.md')}`;
}

/**
 * Reads a page that {@link helpPage} returned.
 *
 * @param root the package's folder
 * @throws AdminError `notFound` UNKNOWN_CODE
 */
export async function readHelpPage(root: string, page: string): Promise<string> {
  try {
    return await readFile(join(root, page), 'utf8');
  } catch (cause) {
    throw new AdminError('notFound', `Unknown code ${basename(page, '.md')}`, {
      code: 'UNKNOWN_CODE',
      hint: 'Codes are printed by troubleshoot queue and by: circleci-admin doctor --list',
      cause,
    });
  }
}
