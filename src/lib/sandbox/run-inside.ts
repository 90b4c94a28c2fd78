import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { AdminError } from '../errors.ts';
import { sandboxed } from './foreign-variables.ts';
import { Sandbox, type SandboxOptions } from './sandbox.ts';

/** A program to run in the environment of a sandbox. */
export interface InsideProgram {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether the program itself receives Ctrl-C from the terminal. */
  readonly onTerminal: boolean;
}

/**
 * Starts a sandbox, runs a program in its environment with inherited streams, and stops the
 * sandbox.
 *
 * @returns the program's exit code; 128 plus the signal number if a signal ended it
 * @throws AdminError of kind `notFound`, code PROGRAM_NOT_FOUND
 */
export async function runInside(
  program: InsideProgram,
  options: SandboxOptions,
  signal: AbortSignal,
): Promise<number> {
  const sandbox = await Sandbox.start(options);
  try {
    signal.throwIfAborted();
    return await runProgram(program, sandboxed(program.env, sandbox.environment()), signal);
  } finally {
    await sandbox.stop();
  }
}

function runProgram(
  { words, cwd, onTerminal }: InsideProgram,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const [name = '', ...args] = words;
    const child = spawn(name, args, { cwd, env: { ...env }, stdio: 'inherit' });
    const onAbort = (): void => {
      const terminated = signal.reason instanceof Error && signal.reason.message === 'SIGTERM';
      // A terminal sends Ctrl-C to the whole process group, so the program has already received it.
      if (terminated || !onTerminal) child.kill(terminated ? 'SIGTERM' : 'SIGINT');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const ended = (): void => signal.removeEventListener('abort', onAbort);
    child.once('error', (error: NodeJS.ErrnoException) => {
      ended();
      reject(
        new AdminError('notFound', `${name} cannot be run: ${error.message}`, {
          code: 'PROGRAM_NOT_FOUND',
          hint: 'With --exec, name a program that is on the PATH.',
          cause: error,
        }),
      );
    });
    child.once('exit', (code, killedBy) => {
      ended();
      resolve(code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy]));
    });
  });
}
