import { AdminError, isAdminError } from '../errors.ts';
import type { Masker } from '../masking.ts';
import type { Runtime } from './runtime.ts';

/** Ends a command with a code and without a word: everything was said. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** An error as `--json` prints it on standard error. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly exitCode: number;
  readonly ref: string | null;
}

/** The command line that an error ended. */
export interface Asked {
  readonly argv: readonly string[];
  /** The words that name the command; null where there is none. */
  readonly command: string | null;
}

/**
 * Writes an error, for people or (with `--json`) for programs.
 *
 * @returns the exit code
 */
export async function reportError(
  error: unknown,
  { argv, command }: Asked,
  runtime: Runtime,
  masker: Masker,
): Promise<number> {
  if (error instanceof ExitError) return error.exitCode;
  const document = describeError(await toAdminError(error, command, runtime));
  const text = wantsJson(argv, runtime) ? JSON.stringify(document) : await forPeople(document);
  await runtime.stderr.write(`${masker.mask(text)}\n`);
  if (document.code === 'BUG' && argv.includes('--debug') && error instanceof Error) {
    await runtime.stderr.write(`${masker.mask(error.stack ?? '')}\n`);
  }
  return document.exitCode;
}

async function forPeople({ message, hint, ref }: ErrorDocument): Promise<string> {
  if (ref === null) return [`Error: ${message}`, hint].filter(Boolean).join('\n');
  const { helpCommand } = await import('./help/help-page.ts');
  return [`Error: ${message}`, hint, `See ${helpCommand(ref)}`].filter(Boolean).join('\n');
}

function describeError(error: AdminError): ErrorDocument {
  return {
    code: error.code,
    message: withoutParser(error.message),
    hint: error.hint ?? null,
    exitCode: error.exitCode,
    ref: error.ref ?? null,
  };
}

async function toAdminError(
  error: unknown,
  command: string | null,
  runtime: Runtime,
): Promise<AdminError> {
  if (isAdminError(error)) return error;
  if (runtime.signal.aborted) {
    return new AdminError('refused', 'Interrupted', { code: 'INTERRUPTED', cause: error });
  }
  const { parseFailure } = await import('./parse-failure.ts');
  const failure = parseFailure(error, command);
  if (failure) return failure;
  const what = error instanceof Error ? error.message : String(error);
  return new AdminError('failed', `This is a bug in circleci-admin: ${what}`, {
    code: 'BUG',
    hint: 'Please report it with the command line and the output of --debug (secrets are masked).',
    cause: error,
  });
}

/** oclif's parser writes around what the check of a flag's value has thrown. */
function withoutParser(message: string): string {
  return message
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace('\nSee more help with --help', '');
}

/** Errors before the flags are parsed have to look for themselves. */
function wantsJson(argv: readonly string[], runtime: Runtime): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  if (own.includes('--json')) return true;
  const at = own.findIndex((word) => word === '-o' || word === '--output');
  const value =
    own[at + 1] ?? own.find((word) => word.startsWith('--output='))?.slice('--output='.length);
  const format = at === -1 && !own.some((word) => word.startsWith('--output=')) ? undefined : value;
  return (
    format === 'json' ||
    format === 'ndjson' ||
    ['1', 'true', 'yes'].includes(runtime.env['CIRCLECI_ADMIN_JSON'] ?? '')
  );
}
