import { AdminError } from '../errors.ts';
import { firstNames } from '../join-names.ts';
import { isGitHubLogin } from '../server/github-login.ts';
import { loginKey } from './state.ts';

/** The maximum number of invalid lines in an error message. */
const MAX_NAMED = 5;

/**
 * Parses a list of logins, one per line. Empty lines and comments after `#` are ignored; duplicates
 * are dropped.
 *
 * @param source the name of the text in errors, such as the file name
 * @throws AdminError of kind `validation` (BAD_LOGIN with the lines, NO_LOGINS)
 */
export function readLoginList(text: string, source: string): readonly string[] {
  const found = new Map<string, string>();
  const bad: string[] = [];
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|[\r\n]/)
    .entries()) {
    const login = line.replace(/#.*$/, '').trim();
    if (login === '') continue;
    if (isGitHubLogin(login)) found.set(loginKey(login), found.get(loginKey(login)) ?? login);
    else bad.push(`line ${at + 1}: ${shown(login)}`);
  }
  if (bad.length > 0) {
    throw new AdminError(
      'validation',
      `${source} has invalid logins: ${firstNames(bad, MAX_NAMED)}`,
      {
        code: 'BAD_LOGIN',
        hint: 'Write one login per line, without @. Nothing was changed.',
      },
    );
  }
  if (found.size > 0) return [...found.values()];
  throw new AdminError('validation', `${source} contains no logins`, {
    code: 'NO_LOGINS',
    hint: 'Write one login per line. Nothing was changed.',
  });
}

/**
 * Checks the logins given on the command line, and drops duplicates.
 *
 * @throws AdminError of kind `usage`, code BAD_LOGIN
 */
export function checkLogins(logins: readonly string[]): readonly string[] {
  const found = new Map<string, string>();
  for (const login of logins) {
    if (!isGitHubLogin(login)) {
      throw new AdminError('usage', `${shown(login)} is not a valid login`, {
        code: 'BAD_LOGIN',
        hint: 'Give the GitHub login, without @.',
      });
    }
    if (!found.has(loginKey(login))) found.set(loginKey(login), login);
  }
  return [...found.values()];
}

function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short);
}
