import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import type { Masker } from '../masking.ts';
import type { SecretSource } from './profile.ts';

/** The result of a command. */
export interface CommandRun {
  /** Null if a signal or the time limit ended the command. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs a command line with a time limit in milliseconds. */
export type CommandRunner = (command: string, limit: Milliseconds) => Promise<CommandRun>;

/** The dependencies of {@link readSecret}. */
export interface SecretAccess {
  readonly masker: Masker;
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the command; default is {@link shellRunner}. */
  readonly run?: CommandRunner;
}

/** The time limit of a token command, long enough for a single sign-on in a browser. */
const COMMAND_LIMIT: Milliseconds = 60_000;

/**
 * Reads a secret from its source and masks it from then on.
 *
 * @throws AdminError of kind `validation` (SECRET_FILE), `unauthorised` (SECRET_COMMAND) or
 *   `timeout` (SECRET_COMMAND_TIMEOUT)
 */
export async function readSecret(source: SecretSource, access: SecretAccess): Promise<string> {
  const secret =
    source.file === undefined
      ? await askCommand(source.command ?? '', access)
      : await readSecretFile(source.file);
  access.masker.add(secret);
  return secret;
}

async function askCommand(
  command: string,
  { masker, env, run = shellRunner(env) }: SecretAccess,
): Promise<string> {
  const ended = await run(command, COMMAND_LIMIT);
  const secret = ended.stdout.trim();
  // Output before a failure may contain a part of the secret.
  for (const line of ended.stdout.split('\n')) masker.add(line.trim());
  if (ended.timedOut) {
    throw new AdminError('timeout', `tokenCommand timed out after ${COMMAND_LIMIT / 1000} s`, {
      code: 'SECRET_COMMAND_TIMEOUT',
      hint: 'Run the command yourself: it may wait for input, which is not possible here.',
    });
  }
  const fail = (how: string): AdminError =>
    new AdminError('unauthorised', `tokenCommand ${how}`, {
      code: 'SECRET_COMMAND',
      hint: 'It must print only the token, on one line. See: circleci-admin config show',
    });
  if (ended.exitCode !== 0) {
    const said = masker.mask(ended.stderr.trim().split('\n').slice(-3).join('\n'));
    throw fail(`failed with exit code ${ended.exitCode ?? '(killed)'}${said && `: ${said}`}`);
  }
  if (secret === '') throw fail('printed nothing');
  if (/[\r\n]/.test(secret)) throw fail(`printed ${secret.split(/\r?\n/).length} lines`);
  return secret;
}

/**
 * Runs command lines with `/bin/sh -c` and this environment. Standard input is empty, but the
 * command keeps the controlling terminal, on which it may ask for a second factor.
 */
export function shellRunner(env: SecretAccess['env']): CommandRunner {
  return (command, limit) =>
    new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', command], {
        env: { ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      const end = (exitCode: number | null, timedOut: boolean): void => {
        clearTimeout(timer);
        const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
        resolve({ exitCode, stdout: text(out), stderr: text(err), timedOut });
      };
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        // Processes that the shell has started may survive and keep the pipes open.
        child.stdout.destroy();
        child.stderr.destroy();
        end(null, true);
      }, limit);
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(
          new AdminError('failed', `/bin/sh cannot be run: ${error.message}`, {
            code: 'SECRET_COMMAND',
            cause: error,
          }),
        );
      });
      child.once('close', (exitCode) => end(exitCode, false));
    });
}

/**
 * Reads a secret from a file, which must be readable only by its owner.
 *
 * @throws AdminError of kind `validation`, code SECRET_FILE
 */
export async function readSecretFile(path: string): Promise<string> {
  const fail = (what: string, hint?: string): AdminError =>
    new AdminError('validation', `Secret file ${path} ${what}`, {
      code: 'SECRET_FILE',
      ...(hint === undefined ? {} : { hint }),
    });
  const unreadable = (error: NodeJS.ErrnoException): never => {
    throw fail(`cannot be read: ${fileProblem(error)}`);
  };
  const info = await stat(path).catch(unreadable);
  if ((info.mode & 0o077) !== 0) {
    throw fail('can be read by other users', `Run: chmod 600 ${path}`);
  }
  const secret = (await readFile(path, 'utf8').catch(unreadable)).trim();
  if (secret === '') throw fail('is empty');
  if (/[\r\n]/.test(secret)) throw fail('has more than one line');
  return secret;
}
