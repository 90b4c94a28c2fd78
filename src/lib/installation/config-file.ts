import { readFile, stat } from 'node:fs/promises';
import { AdminError } from '../errors.ts';
import { type ConfigFile, EMPTY_CONFIG } from './profile.ts';

/**
 * Reads the config file. A file that is not there is an empty one. The YAML parser is loaded only
 * where there is something to parse.
 *
 * @throws AdminError of kind `validation`, code BAD_CONFIG
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new AdminError('validation', `${path} cannot be read: ${error.message}`, {
      code: 'BAD_CONFIG',
      cause: error,
    });
  });
  if (text.trim() === '') return EMPTY_CONFIG;
  const [{ parse }, { checkConfig }] = await Promise.all([
    import('yaml'),
    import('./profile-keys.ts'),
  ]);
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    throw new AdminError('validation', `${path} is not YAML: ${(error as Error).message}`, {
      code: 'BAD_CONFIG',
      cause: error,
    });
  }
  return checkConfig(parsed, path);
}

/**
 * Reads a secret from a file that its owner alone can read.
 *
 * @throws AdminError of kind `validation`, code SECRET_FILE
 */
export async function readSecretFile(path: string): Promise<string> {
  const fail = (what: string, hint?: string): AdminError =>
    new AdminError('validation', `secret file ${path} ${what}`, {
      code: 'SECRET_FILE',
      ...(hint === undefined ? {} : { hint }),
    });
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw fail(`cannot be read: ${error.code ?? error.message}`);
  });
  if ((info.mode & 0o077) !== 0) {
    throw fail('can be read by others than its owner', `Run: chmod 600 ${path}`);
  }
  return (await readFile(path, 'utf8')).trim();
}
