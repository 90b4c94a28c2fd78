import { execFile } from 'node:child_process';
import { AdminError } from '../errors.ts';
import type { Masker } from '../masking.ts';
import { readSecretFile } from './config-file.ts';
import type { SecretSource } from './profile.ts';

/** A command that prints a secret may ask a vault, not a person: this long, in milliseconds. */
const COMMAND_LIMIT = 30_000;

/**
 * Reads a secret from where the profile says it is.
 *
 * @throws AdminError of kind `validation`: SECRET_FILE, SECRET_COMMAND
 */
export async function readSecret(
  source: SecretSource,
  options: { readonly masker: Masker; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  if (source.file !== undefined) return readSecretFile(source.file);
  const command = source.command ?? '';
  return new Promise((resolve, reject) => {
    const limits = { timeout: COMMAND_LIMIT, maxBuffer: 1 << 20, env: { ...options.env } };
    execFile('/bin/sh', ['-c', command], limits, (error, stdout, stderr) => {
      const secret = stdout.trim();
      if (!error && secret !== '') return resolve(secret);
      const why = error ? stderr.trim() || error.message : 'it printed nothing';
      reject(
        new AdminError('validation', options.masker.mask(`tokenCommand failed: ${why}`), {
          code: 'SECRET_COMMAND',
          hint: `Run it yourself: ${options.masker.mask(command)}`,
        }),
      );
    });
  });
}
