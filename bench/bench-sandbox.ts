import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built tool. */
export const RUN = join(import.meta.dirname, '..', 'bin', 'run.js');

/**
 * Starts a sandbox in the background, which stops when it is disposed of.
 *
 * @throws Error if it does not start
 */
export function startSandbox(): Disposable & { readonly environment: Record<string, string> } {
  const state = mkdtempSync(join(tmpdir(), 'bench-'));
  const sandbox = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, 'sandbox', ...words], {
      env: { ...process.env, CIRCLECI_ADMIN_STATE_DIR: state },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const { environment } = JSON.parse(sandbox('start', '--detach', '--json'));
  return {
    environment,
    [Symbol.dispose]: () => {
      sandbox('stop');
      rmSync(state, { recursive: true, force: true });
    },
  };
}
