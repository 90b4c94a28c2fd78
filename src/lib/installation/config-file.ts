import { isUtf8 } from 'node:buffer';
import { AdminError } from '../errors.ts';
import { fileProblem, isFileMissing } from '../file-problem.ts';
import { readFile } from '../read-file.ts';
import type { ConfigFinding } from './config-document.ts';
import { type ConfigFile, EMPTY_CONFIG } from './profile.ts';

/** The file name of the config file. */
export const CONFIG_FILE = 'config.yaml';

/**
 * Reads the config file. A missing file counts as empty. The YAML parser is loaded only if the file
 * is not empty.
 *
 * @throws AdminError of kind `validation`, code BAD_CONFIG
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = (await readConfigBytes(path)) ?? '';
  if (text.trim() === '') return EMPTY_CONFIG;
  const { readConfigText } = await import('./config-document.ts');
  const { config, findings } = readConfigText(text);
  const [first, ...more] = findings;
  if (first) throw badConfig(path, first, more.length);
  return config;
}

/**
 * Reads the text of a config file; returns null if the file does not exist.
 *
 * @throws AdminError of kind `validation`, code BAD_CONFIG
 */
export async function readConfigBytes(path: string): Promise<string | null> {
  const fail = (what: string, cause?: unknown): AdminError =>
    new AdminError('validation', `${path} ${what}`, {
      code: 'BAD_CONFIG',
      hint: 'Fix the file, or set another directory with CIRCLECI_ADMIN_CONFIG_DIR.',
      cause,
    });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isFileMissing(error)) return null;
    throw fail(`cannot be read: ${fileProblem(error)}`, error);
  }
  if (!isUtf8(bytes)) throw fail('is not UTF-8 text');
  return bytes.toString('utf8');
}

/** Returns the error for an invalid config file; `more` is the number of further findings. */
export function badConfig(path: string, first: ConfigFinding, more: number): AdminError {
  const where = `${path}:${first.line}:${first.column}`;
  const others = more > 0 ? ` (and ${more} more)` : '';
  const hint = [first.hint, 'To see all errors: circleci-admin config validate'];
  return new AdminError('validation', `${where}: ${first.message}${others}`, {
    code: 'BAD_CONFIG',
    hint: hint.filter(Boolean).join('\n'),
  });
}
