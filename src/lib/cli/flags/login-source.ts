import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { AdminError } from '../../errors.ts';
import { fileProblem } from '../../file-problem.ts';
import { readLoginList } from '../../users/login-list.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Reads logins from a file, or from standard input if the name is `-`.
 *
 * @throws AdminError of kind `usage` (NO_SUCH_FILE) or as `readLoginList` does
 */
export async function readLogins(
  from: string,
  { stdin, cwd }: Pick<Runtime, 'stdin' | 'cwd'>,
): Promise<readonly string[]> {
  if (from === '-') return readLoginList(await readAll(stdin.stream), 'standard input');
  const text = await readFile(resolve(cwd, from), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AdminError('usage', `${from} cannot be read: ${fileProblem(error)}`, {
      code: 'NO_SUCH_FILE',
      hint: 'Give a file with one login per line, or - for standard input. Nothing was changed.',
      cause: error,
    });
  });
  return readLoginList(text, from);
}
