import { stripVTControlCharacters } from 'node:util';
import { AdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';

/** The pattern of an error message of oclif's parser, and its replacement. */
type Rewording = readonly [RegExp, (...found: string[]) => string];

/** Replacements for the messages of oclif (parser/errors.js, parser/validate.js and flags.js). */
const REWORDINGS: readonly Rewording[] = [
  [
    /^Flag (--?\S+) expects one of these values: (.*)$/,
    (_, flag, values) => `${flag} requires a value: ${oneOf(values?.split(', ') ?? [])}`,
  ],
  [/^Flag (--?\S+) can only be specified once$/, (_, flag) => `${flag} was given twice`],
  [/^Flag (--?\S+) expects a value$/, (_, flag) => `${flag} requires a value`],
  [
    /^(?:Parsing )?(--\S+)\s+Expected an (integer.*?) but received: (.*)$/s,
    (_, flag, what, value) => `${flag} requires an ${what}, not "${value}"`,
  ],
  [
    /^Exactly one of the following must be provided: (.*)$/,
    (_, flags) => `Give exactly one of ${flags?.replaceAll(', ', ' and ')}`,
  ],
  [
    /^(--[\w-]+)(?:=.*)? cannot also be provided when using (--\S+)$/s,
    (_, one, other) => `${one} and ${other} cannot be used together`,
  ],
  [/^Missing required flag (\S+)$/, (_, flag) => `--${flag} is missing`],
  [
    /^All of the following must be provided when using (--\S+): (.*)$/,
    (_, flag, others) => `${flag} requires ${others?.replaceAll(', ', ' and ')}`,
  ],
];

/**
 * Converts an error of oclif's parser to a one-line error with a suggestion.
 *
 * @param command the words of the command; null if no command was found
 * @returns undefined if the error is not one of oclif's parser
 */
export function parseFailure(error: unknown, command: string | null): AdminError | undefined {
  if (!(error instanceof Error) || !isParseError(error)) return undefined;
  const help = `Run ${['circleci-admin', command, '--help'].filter(Boolean).join(' ')} to see its arguments and flags.`;
  const fail = (code: string, message: string, hint = help): AdminError =>
    new AdminError('usage', message, { code, hint });
  const unknown = field(error, 'flags');
  if (isTexts(unknown)) return fail('UNKNOWN_FLAG', unknownFlags(unknown, flagNames(error)));
  const args = field(error, 'args');
  if (isTexts(args)) return fail('BAD_ARGUMENTS', tooMany(args));
  if (Array.isArray(args)) return fail('BAD_ARGUMENTS', missing(args));
  const text = plain(error.message);
  const wrong = /^Expected (?:(--[\w-]+)=)?(.*) to be one of: (.*)$/s.exec(text);
  if (wrong) return wrongValue(wrong[1], wrong[2] ?? '', wrong[3]?.split(', ') ?? [], fail);
  for (const line of text.split(/\n\s*/)) {
    for (const [pattern, say] of REWORDINGS) {
      const found = pattern.exec(line) ?? pattern.exec(text);
      if (found) return fail('BAD_ARGUMENTS', say(...found));
    }
  }
  return fail('BAD_ARGUMENTS', text);
}

/** Returns whether the error is one of oclif's parser. */
function isParseError(error: Error): boolean {
  // oclif's checks of values throw a CLIError without a code.
  return 'parse' in error || ('oclif' in error && field(error, 'code') === undefined);
}

function unknownFlags(words: readonly string[], known: readonly string[]): string {
  // The value after `=` is not repeated, because it may be a secret.
  const flags = words.map((word) => word.replace(/=.*$/s, ''));
  const [only = '', ...more] = flags;
  if (more.length > 0) return `Unknown flags ${flags.join(', ')}`;
  const meant = only.startsWith('--') ? nearest(only.slice(2), known) : null;
  return `Unknown flag ${only}${meant === null ? '' : `; did you mean --${meant}?`}`;
}

function wrongValue(
  flag: string | undefined,
  value: string,
  options: readonly string[],
  fail: (code: string, message: string, hint: string) => AdminError,
): AdminError {
  const meant = nearest(value, options);
  const where = flag === undefined ? 'is not a valid value' : `is not a valid value of ${flag}`;
  const message = `"${value}" ${where}${meant === null ? '' : `; did you mean ${meant}?`}`;
  return fail('BAD_VALUE', message, `Valid values are ${oneOf(options)}.`);
}

function tooMany(words: readonly string[]): string {
  const texts = words.map((word) => `"${word}"`).join(', ');
  return words.length === 1 ? `Unexpected argument ${texts}` : `Unexpected arguments: ${texts}`;
}

function missing(args: readonly unknown[]): string {
  const [first, ...more] = args.map((arg) => ({
    name: String(field(arg, 'name') ?? 'argument').toUpperCase(),
    about: field(arg, 'description'),
  }));
  if (!first) return 'An argument is missing';
  if (more.length > 0)
    return `${[first, ...more].map(({ name }) => name).join(' and ')} are missing`;
  return `${first.name} is missing${typeof first.about === 'string' ? `: ${first.about}` : ''}`;
}

function flagNames(error: Error): readonly string[] {
  const flags = field(field(field(error, 'parse'), 'input'), 'flags');
  if (typeof flags !== 'object' || flags === null) return [];
  const named = Object.entries(flags).filter(([, flag]) => field(flag, 'hidden') !== true);
  return named.map(([name]) => name);
}

/** Removes the colours, the first line and the reference to the help from a message of oclif. */
function plain(message: string): string {
  return stripVTControlCharacters(message)
    .replace(/\nSee more help with --help\s*$/, '')
    .replace(/^The following errors? occurred:\s+/, '')
    .trim();
}

function oneOf(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
