import { AdminError } from '../errors.ts';
import type { ConfigFinding } from './config-document.ts';
import { readConfigBytes } from './config-file.ts';

/** The result of `config validate`. */
export interface ConfigValidation {
  readonly path: string;
  readonly exists: boolean;
  readonly valid: boolean;
  readonly findings: readonly ConfigFinding[];
}

/**
 * Checks a config file.
 *
 * @param expected whether a missing file is an error
 * @throws AdminError of kind `notFound` (CONFIG_NOT_FOUND), or `validation` (BAD_CONFIG) if the
 *   file cannot be read
 */
export async function validateConfig(path: string, expected: boolean): Promise<ConfigValidation> {
  const text = await readConfigBytes(path);
  if (text === null && expected) {
    throw new AdminError('notFound', `File ${path} does not exist`, {
      code: 'CONFIG_NOT_FOUND',
      hint: 'To print the path of the config file: circleci-admin config path',
    });
  }
  if (text === null || text.trim() === '') {
    return { path, exists: text !== null, valid: true, findings: [] };
  }
  const { readConfigText } = await import('./config-document.ts');
  const { findings } = readConfigText(text);
  return { path, exists: true, valid: findings.length === 0, findings };
}
