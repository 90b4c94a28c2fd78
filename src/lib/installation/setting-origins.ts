import { AdminError } from '../errors.ts';
import { checkValue, expandHome, parseValue } from './key-values.ts';
import { type Profile, profileValue } from './profile.ts';
import { type ProfileKey, variableOf } from './profile-keys.ts';
import type { Chosen } from './settings.ts';

/** The process environment, or what stands in for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Who decided a setting, the strongest first. */
export type SettingSource = 'flag' | 'environment' | 'profile' | 'ambient' | 'default';

/** A setting as a profile writes it, and where it comes from. */
export interface Setting {
  readonly key: string;
  /** Null where nobody says anything. */
  readonly value: unknown;
  readonly source: SettingSource;
  /** The variable, where one decided. */
  readonly variable: string | null;
}

/** Everything that may decide a setting. */
export interface Deciders {
  readonly chosen: Chosen;
  readonly env: Environment;
  /** Undefined where no profile is in use. */
  readonly profile: Profile | undefined;
}

/**
 * Works out one setting: flag, `CIRCLECI_ADMIN_*`, profile; then, where no profile is in use, the
 * field's own variable; then what holds anyway.
 *
 * @throws AdminError of kind `usage`, code BAD_ENVIRONMENT
 */
export function decide(spec: ProfileKey, { chosen, env, profile }: Deciders): Setting {
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
  // The guard can be added from outside, but not taken away.
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

type Own = Pick<Setting, 'value' | 'source' | 'variable'>;

function fromFlag(spec: ProfileKey, chosen: Chosen, env: Environment): Own | undefined {
  const given = spec.flag && chosen[spec.flag];
  if (given === undefined) return undefined;
  const value = typeof given === 'number' ? asDuration(given) : given;
  const variable = variableOf(spec);
  const text = env[variable];
  // Flags and the variables that stand in for them are read at one place, which forgets which it was.
  const same =
    text !== undefined && text !== '' && String(parseValue(spec, text)) === String(value);
  return same
    ? { value, source: 'environment', variable }
    : { value, source: 'flag', variable: null };
}

function fromVariable(spec: ProfileKey, env: Environment): Own | undefined {
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
