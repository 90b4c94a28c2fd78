import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Milliseconds } from '../clock.ts';
import { AdminError, type ErrorKind, EXIT_CODES } from '../errors.ts';
import type { SandboxDirectory, SandboxState } from './state-file.ts';

/** How long a sandbox in the background may take until it listens. */
const START_LIMIT_MS: Milliseconds = 60_000;

/**
 * Starts a sandbox in a separate process that outlives this one, and waits until it is ready.
 *
 * @param words the command line that serves the sandbox in the foreground; it writes its state as
 *   one line of JSON when it is ready, or an error as one line of JSON on standard error
 * @throws AdminError the error that kept it from starting; of kind `timeout`, code SANDBOX_START
 */
export async function startInBackground(
  directory: SandboxDirectory,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<SandboxState> {
  await directory.checkFree();
  await mkdir(dirname(directory.logFile), { recursive: true, mode: 0o700 });
  const log = await open(directory.logFile, 'w', 0o600);
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    detached: true,
    env: { ...env },
    // The child keeps no stream of the terminal; it reports that it is ready through the pipe.
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
    const line = await firstLine(child, limit);
    if (line === null) throw await startFailure(directory);
    return JSON.parse(line) as SandboxState;
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  } finally {
    child.stdout?.destroy();
    child.unref();
  }
}

/** Returns the first line of a child's output; null if the child ends without one. */
function firstLine(child: ChildProcess, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onAbort = (): void => {
      reject(
        signal.reason?.name === 'TimeoutError'
          ? new AdminError('timeout', 'The sandbox did not become ready in time', {
              code: 'SANDBOX_START',
              hint: 'Start it without --detach to see its output.',
            })
          : signal.reason,
      );
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end !== -1) resolve(text.slice(0, end));
    });
    child.once('error', reject);
    child.once('close', () => resolve(null));
  });
}

/**
 * Returns the error of a child that could not start: its last line of JSON, or else its whole log.
 */
async function startFailure(directory: SandboxDirectory): Promise<AdminError> {
  const said = (await readFile(directory.logFile, 'utf8')).trim();
  const last = said.split('\n').at(-1) ?? '';
  if (last.startsWith('{')) {
    const { code, message, hint, exitCode } = JSON.parse(last);
    return new AdminError(kindOf(exitCode), message, { code, ...(hint ? { hint } : {}) });
  }
  return new AdminError('failed', `The sandbox did not start: ${said || 'no output'}`, {
    code: 'SANDBOX_START',
    hint: 'Start it without --detach to see its output.',
  });
}

function kindOf(exitCode: number): ErrorKind {
  const kinds = Object.keys(EXIT_CODES) as ErrorKind[];
  return kinds.find((kind) => EXIT_CODES[kind] === exitCode) ?? 'failed';
}
