import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminError } from '../errors.ts';

/** Where the package keeps the pages of each kind of code. */
const FOLDERS: Readonly<Record<string, string>> = { CA: 'checks', CQ: 'findings' };

/**
 * The page of a code, as it stands in the package's docs.
 *
 * @param root the package's folder
 * @throws AdminError `notFound` UNKNOWN_CODE
 */
export async function readCodePage(root: string, word: string): Promise<string> {
  const code = word.toUpperCase();
  try {
    return await readFile(
      join(root, 'docs', FOLDERS[code.slice(0, 2)] ?? '', `${code}.md`),
      'utf8',
    );
  } catch (cause) {
    throw new AdminError('notFound', `Unknown code ${code}`, {
      code: 'UNKNOWN_CODE',
      hint: 'Codes are printed by troubleshoot queue and by: circleci-admin doctor --list',
      cause,
    });
  }
}
