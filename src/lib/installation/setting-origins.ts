import { AdminError } from '../errors.ts';
import { checkValue, expandHome, parseValue } from './key-values.ts';
import { type Profile, profileValue } from './profile.ts';
import { type ProfileKey, variableOf } from './profile-keys.ts';
import type { Chosen } from './settings.ts';

/** The process environment, or a replacement. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The source of a setting, in order of precedence. */
export type SettingSource = 'flag' | 'environment' | 'profile' | 'ambient' | 'default';

/** A setting, with its value as written in a profile, and its source. */
export interface Setting {
  readonly key: string;
  /** Null if it is not set anywhere. */
  readonly value: unknown;
  readonly source: SettingSource;
  /** The environment variable that set it; null if none did. */
  readonly variable: string | null;
}

/** The possible sources of a setting. */
export interface SettingSources {
  readonly chosen: Chosen;
  readonly env: Environment;
  /** Undefined if no profile is in use. */
  readonly profile: Profile | undefined;
}

/**
 * Resolves one setting. The order is: flag, `CIRCLECI_ADMIN_*`, profile or (if no profile is in
 * use) the ambient variable, default.
 *
 * @throws AdminError of kind `usage`, code BAD_ENVIRONMENT
 */
export function decide(spec: ProfileKey, { chosen, env, profile }: SettingSources): Setting {
  const { key } = spec;
  const home = env['HOME'] ?? env['USERPROFILE'];
  const found = (
    source: SettingSource,
    value: unknown,
    variable: string | null = null,
  ): Setting => ({
    key,
    source,
    variable,
    value: expandHome(spec, value, home),
  });
  const own = fromFlag(spec, chosen, env) ?? fromVariable(spec, env);
  // A flag or variable can set readOnly but cannot unset that of the profile.
  const guarded = key === 'readOnly' && profile?.readOnly === true;
  if (own && !guarded) return found(own.source, own.value, own.variable);
  if (profile) {
    const value = profileValue(profile, key);
    return value === undefined ? found('default', spec.fallback ?? null) : found('profile', value);
  }
  const ambient = spec.ambient && env[spec.ambient];
  if (!spec.ambient || !ambient) return found('default', spec.fallback ?? null);
  const value = spec.kind === 'boolean' ? isTrue(ambient) : ambient;
  return found('ambient', value, spec.ambient);
}

type OwnSetting = Pick<Setting, 'value' | 'source' | 'variable'>;

function fromFlag(spec: ProfileKey, chosen: Chosen, env: Environment): OwnSetting | undefined {
  const given = spec.flag && chosen[spec.flag];
  if (given === undefined) return undefined;
  const value = typeof given === 'number' ? asDuration(given) : given;
  const variable = variableOf(spec);
  const text = env[variable];
  // `chosen` combines flags with their variables, so the source is found by comparing the values.
  const same =
    text !== undefined && text !== '' && String(parseValue(spec, text)) === String(value);
  return same
    ? { value, source: 'environment', variable }
    : { value, source: 'flag', variable: null };
}

function fromVariable(spec: ProfileKey, env: Environment): OwnSetting | undefined {
  const variable = variableOf(spec);
  const text = env[variable];
  if (spec.flag !== undefined || text === undefined || text === '') return undefined;
  const value = parseValue(spec, text);
  const fault = spec.kind === 'file' ? undefined : checkValue(spec, value);
  if (!fault) return { value, source: 'environment', variable };
  throw new AdminError('usage', `${variable} ${fault.message}`, {
    code: 'BAD_ENVIRONMENT',
    hint: fault.hint ?? 'Set a valid value, or unset it.',
  });
}

function asDuration(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function isTrue(text: string): boolean {
  return ['1', 't', 'true', 'yes'].includes(text.toLowerCase());
}
