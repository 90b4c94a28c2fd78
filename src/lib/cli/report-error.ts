import { AdminError, isAdminError } from '../errors.ts';
import type { Masker } from '../masking.ts';
import type { Runtime } from './runtime.ts';

/** Ends a command with an exit code and no message, because everything was printed already. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** The JSON document of an error, printed to standard error with `--json`. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly exitCode: number;
  readonly ref: string | null;
}

/** The command line that failed. */
export interface FailedCommandLine {
  readonly argv: readonly string[];
  /** The words that name the command; null if no command was found. */
  readonly command: string | null;
}

/**
 * Writes an error to standard error, as text or (with `--json`) as JSON.
 *
 * @returns the exit code
 */
export async function reportError(
  error: unknown,
  { argv, command }: FailedCommandLine,
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

/** Removes the text that oclif's parser adds to the error of a flag's `parse` function. */
function withoutParser(message: string): string {
  return message
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace('\nSee more help with --help', '');
}

/** Returns whether JSON was requested, for errors that occur before the flags are parsed. */
function wantsJson(argv: readonly string[], runtime: Runtime): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  if (own.includes('--json')) return true;
  const format = formatOf(own);
  if (format !== undefined) return format === 'json' || format === 'ndjson';
  return ['1', 'true', 'yes'].includes(runtime.env['CIRCLECI_ADMIN_JSON'] ?? '');
}

/** Finds the value of `--output FORMAT`, `--output=FORMAT`, `-o FORMAT` or `-oFORMAT`. */
function formatOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /^(?:-o|--output(?:=|$))/.test(word));
  const [, joined] = /^(?:-o=?|--output=)(.+)/.exec(words[at] ?? '') ?? [];
  return joined ?? (at === -1 ? undefined : words[at + 1]);
}
