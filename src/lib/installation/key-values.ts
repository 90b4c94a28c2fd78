import { isAbsolute, resolve } from 'node:path';
import { isAdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { isSshAddress } from '../ssh/address.ts';
import { parseDuration } from '../units.ts';
import type { ProfileKey, ValueKind } from './profile-keys.ts';

/** The reason why a value is invalid. It never contains a value that may be a secret. */
export interface ValueFault {
  readonly message: string;
  readonly hint: string | null;
}

const HOST =
  /^(?:https?:\/\/)?(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\/?$/;
const URL_PATH = /^(?:\/[A-Za-z0-9._~%-]+)+$/;
const VERSION = /^\d{1,3}\.\d{1,3}$/;

const WHAT: Readonly<Record<ValueKind, string>> = {
  text: 'text',
  host: 'a host',
  address: 'an http or https address',
  path: 'the path of an address, such as /api/v1/admin/users',
  file: 'an absolute path',
  files: 'an absolute path, or several separated by colons',
  command: 'a command line',
  boolean: 'true or false',
  port: 'a port, a whole number from 1 to 65535',
  version: 'a version as major.minor, such as 3.0',
  duration: 'a duration, such as 30s',
  choice: 'one of the choices',
  login: 'a host as user@host:port',
  hop: 'true, false or a host as user@host:port',
};

/** Checks a value of the config file; returns undefined if it is valid. */
export function checkValue(spec: ProfileKey, value: unknown): ValueFault | undefined {
  const { kind, choices = [] } = spec;
  if (kind === 'boolean' || kind === 'port') {
    const fine =
      kind === 'boolean'
        ? typeof value === 'boolean'
        : Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
    return fine ? undefined : { message: `is not ${WHAT[kind]}`, hint: null };
  }
  if (kind === 'hop' && typeof value === 'boolean') return undefined;
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? 'Put it in quotes.' : null;
    return { message: `is not ${WHAT[kind]}`, hint };
  }
  if (value.trim() === '') return { message: 'is empty', hint: 'Remove the key to unset it.' };
  if (value.includes('\0') || (kind !== 'command' && /\p{Cc}/u.test(value))) {
    return { message: 'contains control characters', hint: null };
  }
  if (kind === 'choice') {
    if (choices.includes(value)) return undefined;
    const near = nearest(value, choices);
    const meant = near === null ? '' : ` Did you mean ${near}?`;
    return {
      message: `is not a valid value`,
      hint: `Valid values are ${choices.join(', ')}.${meant}`,
    };
  }
  return checkText(kind, value);
}

function checkText(kind: ValueKind, value: string): ValueFault | undefined {
  const wrong: ValueFault = { message: `is not ${WHAT[kind]}`, hint: null };
  switch (kind) {
    case 'host':
    case 'address':
      if (/\/\/[^/]*@/.test(value)) {
        return {
          message: 'contains a user or a password',
          hint: 'Secrets do not belong in the config file: use tokenFile or tokenCommand.',
        };
      }
      return (kind === 'host' ? HOST.test(value) : isAddress(value)) ? undefined : wrong;
    case 'login':
    case 'hop':
      return isSshAddress(value) ? undefined : wrong;
    case 'path':
      return URL_PATH.test(value) ? undefined : wrong;
    case 'version':
      return VERSION.test(value) ? undefined : wrong;
    case 'duration':
      return isDuration(value) ? undefined : wrong;
    case 'file':
    case 'files': {
      const paths = kind === 'file' ? [value] : splitFiles(value);
      return paths.length > 0 && paths.every((path) => isAbsolute(path) || path.startsWith('~/'))
        ? undefined
        : { ...wrong, hint: 'A path may start with ~/ for the home directory.' };
    }
    default:
      return undefined;
  }
}

/**
 * Parses a value given on the command line or in a variable. Invalid text is returned unchanged, so
 * that {@link checkValue} rejects it.
 *
 * @param cwd the base for making relative paths absolute, so that they do not depend on the working
 *   directory
 */
export function parseValue(
  { kind }: ProfileKey,
  text: string,
  cwd?: string,
): string | number | boolean {
  const absolute = (path: string): string =>
    cwd === undefined || path.startsWith('~/') ? path : resolve(cwd, path);
  switch (kind) {
    case 'boolean':
      if (['true', 'yes', '1', 'on'].includes(text.toLowerCase())) return true;
      return ['false', 'no', '0', 'off'].includes(text.toLowerCase()) ? false : text;
    case 'hop':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'port':
      return /^\d{1,5}$/.test(text) ? Number(text) : text;
    case 'file':
      return text.trim() === '' ? text : absolute(text);
    case 'files':
      return splitFiles(text).map(absolute).join(':');
    default:
      return text;
  }
}

/** Splits a list of files in the format of `KUBECONFIG`. */
export function splitFiles(list: string): readonly string[] {
  const separator = /^[A-Za-z]:\\/.test(list) ? ';' : ':';
  return list.split(separator).filter(Boolean);
}

/** Expands `~/` in a path to the home directory; other values are returned unchanged. */
export function expandHome(
  { kind }: ProfileKey,
  value: unknown,
  home: string | undefined,
): unknown {
  if ((kind !== 'file' && kind !== 'files') || typeof value !== 'string') return value;
  return home === undefined ? value : value.replace(/(^|:)~(?=\/)/g, `$1${home}`);
}

/** Returns a value for display: of a command only the program, as its arguments may be secret. */
export function shownValue({ kind }: ProfileKey, value: unknown): string | number | boolean | null {
  if (kind === 'command' && typeof value === 'string') {
    const [program = '', ...rest] = value.trim().split(/\s+/);
    return rest.length === 0 && !program.includes('=')
      ? program
      : `${program.replace(/=.*/, '=')} …`;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null;
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0;
  } catch (error) {
    if (isAdminError(error)) return false;
    throw error;
  }
}
