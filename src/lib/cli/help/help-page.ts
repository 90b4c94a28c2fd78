import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdminError } from '../../errors.ts';

/** Pages of the package's docs that `help NAME` shows. */
const PAGES = ['permissions', 'security'];
/** Where the package keeps the pages of each kind of code. */
const FOLDERS: Readonly<Record<string, string>> = { CA: 'checks', CQ: 'findings' };

/** The page that `help WORD` shows, from the top of the package; null where it is about a command. */
export function helpPage(word: string): string | null {
  if (PAGES.includes(word)) return `docs/${word}.md`;
  const code = /^c[aq]\d{4}$/i.test(word) ? word.toUpperCase() : null;
  return code && `docs/${FOLDERS[code.slice(0, 2)]}/${code}.md`;
}

/** The command that shows a page of the package's docs. */
export function helpCommand(page: string): string {
  return `circleci-admin help ${basename(page, '.md')}`;
}

/**
 * Reads a page of {@link helpPage}.
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
