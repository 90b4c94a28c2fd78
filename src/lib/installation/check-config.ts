import { nearest } from '../nearest.ts';
import { checkValue } from './key-values.ts';
import type { ConfigFile, Profile } from './profile.ts';
import { findKey, holdsSecret, KEY_GROUPS, PROFILE_KEYS, PROFILE_NAME } from './profile-keys.ts';

/** A problem in the config file. */
export interface ConfigFault {
  /** The keys from the top level to the problem; empty for the whole file. */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string | null;
}

/** The valid part of a parsed config file, and its problems. */
export interface CheckedConfig {
  /** The valid part of the file. */
  readonly config: ConfigFile;
  readonly faults: readonly ConfigFault[];
}

type Mapping = Readonly<Record<string, unknown>>;
type Report = (path: readonly string[], message: string, hint?: string | null) => void;

const TOP = ['current', 'installations'];

/** Checks parsed YAML as a config file. Never throws: all faults are returned. */
export function checkConfig(parsed: unknown): CheckedConfig {
  const faults: ConfigFault[] = [];
  const report: Report = (path, message, hint = null) => {
    faults.push({
      path,
      message: path.length > 0 ? `"${path.join('.')}" ${message}` : message,
      hint,
    });
  };
  const top = mappingOf(parsed, [], report);
  for (const key of Object.keys(top)) {
    if (!TOP.includes(key)) report([key], 'is not a key', meantOf(key, TOP));
  }
  const installations: Record<string, Profile> = {};
  for (const [name, value] of Object.entries(
    mappingOf(top['installations'], ['installations'], report),
  )) {
    const path = ['installations', name];
    if (PROFILE_NAME.test(name)) installations[name] = checkProfile(value, path, report);
    else
      report(
        path,
        'is not a valid name',
        'A name has letters, digits, dots, dashes and underscores.',
      );
  }
  const { current } = top;
  if (current === undefined || current === null) return { config: { installations }, faults };
  if (typeof current !== 'string') report(['current'], 'is not a valid name');
  else if (!Object.hasOwn(installations, current)) {
    const meant = meantOf(current, Object.keys(installations));
    report(['current'], 'is an installation that the file does not have', meant);
  } else return { config: { current, installations }, faults };
  return { config: { installations }, faults };
}

function checkProfile(value: unknown, path: readonly string[], report: Report): Profile {
  return checkGroup('', value, path, report) as Profile;
}

/** Checks a profile, or a group of its keys with the nested groups. */
function checkGroup(
  group: string,
  value: unknown,
  path: readonly string[],
  report: Report,
): Mapping {
  const fine: Record<string, unknown> = {};
  for (const [word, item] of Object.entries(mappingOf(value, path, report))) {
    const key = group === '' ? word : `${group}.${word}`;
    const place = [...path, word];
    if (KEY_GROUPS.has(key)) fine[word] = checkGroup(key, item, place, report);
    else if (isValid(key, item, place, report)) fine[word] = item;
  }
  if ('tokenFile' in fine && 'tokenCommand' in fine) {
    report(path, 'has both tokenFile and tokenCommand', 'Remove one of them.');
  }
  return fine;
}

function isValid(key: string, value: unknown, path: readonly string[], report: Report): boolean {
  const spec = findKey(key);
  if (spec === undefined) {
    if (holdsSecret(key))
      report(path, 'must not be in the config file: it is a secret', SECRET_HINT);
    else report(path, 'is not a key', unknownKeyHint(key));
    return false;
  }
  if (value === null) {
    report(path, 'is empty', 'Give it a value, or remove it.');
    return false;
  }
  const fault = checkValue(spec, value);
  if (fault) report(path, fault.message, fault.hint);
  return fault === undefined;
}

/** The hint for a secret in the config file. */
export const SECRET_HINT =
  'Set a file that only you can read (tokenFile) or a command that prints it (tokenCommand).';

/** Returns the key closest to a misspelled one; null if none is close. */
export function meantKey(name: string): string | null {
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const names = PROFILE_KEYS.map(({ key }) => key);
  const sameEnd = names.filter((key) => key.toLowerCase().split('.').at(-1) === last);
  const [only, ...more] = sameEnd;
  if (only !== undefined && more.length === 0) return only;
  return nearest(name, [...names, ...KEY_GROUPS]);
}

/** Returns a hint with the closest key, or with the list of valid keys. */
export function unknownKeyHint(name: string): string {
  const meant = meantKey(name);
  if (meant !== null) return `Did you mean ${meant}?`;
  const group = name.split('.')[0] ?? '';
  const inside = PROFILE_KEYS.filter(({ key }) => key.startsWith(`${group}.`));
  return `The keys are ${(inside.length > 0 ? inside : PROFILE_KEYS).map(({ key }) => key).join(', ')}.`;
}

function meantOf(typed: string, names: readonly string[]): string {
  const meant = nearest(typed, names);
  if (meant !== null) return `Did you mean ${meant}?`;
  return names.length > 0 ? `The file has ${names.join(', ')}.` : 'The file has none.';
}

function mappingOf(value: unknown, path: readonly string[], report: Report): Mapping {
  // A key without a value, such as `nomad:` with all its lines commented out, is an empty mapping.
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping;
  report(path, path.length > 0 ? 'is not a mapping' : 'the file is not a mapping');
  return {};
}
