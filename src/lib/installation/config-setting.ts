import { AdminError } from '../errors.ts';
import { SECRET_HINT, unknownKeyHint } from './check-config.ts';
import { checkValue, parseValue } from './key-values.ts';
import { findKey, holdsSecret, PROFILE_NAME, type ProfileKey } from './profile-keys.ts';

/** A valid key and its valid new value. */
export interface NewSetting {
  readonly spec: ProfileKey;
  readonly value: string | number | boolean;
}

/**
 * Reads the arguments of `config set KEY VALUE`. Error messages do not repeat the value, which may
 * be a secret.
 *
 * @param cwd the base of relative paths
 * @throws AdminError of kind `usage` (UNKNOWN_KEY, SECRET_IN_CONFIG, BAD_VALUE)
 */
export function readNewSetting(key: string, text: string, cwd: string): NewSetting {
  const spec = findKey(key);
  if (!spec) throw holdsSecret(key) ? secretInConfig(key) : unknownKey(key);
  const value = parseValue(spec, text, cwd);
  const fault = checkValue(spec, value);
  if (!fault) return { spec, value };
  throw new AdminError('usage', `The value for ${key} ${fault.message}`, {
    code: 'BAD_VALUE',
    ...(fault.hint ? { hint: fault.hint } : {}),
  });
}

/** Returns the error for an unknown key. */
export function unknownKey(key: string): AdminError {
  return new AdminError('usage', `"${key}" is not a key of a profile`, {
    code: 'UNKNOWN_KEY',
    hint: unknownKeyHint(key),
  });
}

function secretInConfig(key: string): AdminError {
  return new AdminError(
    'usage',
    `"${key}" is a secret, and the config file must not contain secrets`,
    {
      code: 'SECRET_IN_CONFIG',
      hint: SECRET_HINT,
    },
  );
}

/**
 * Checks the name of a new profile.
 *
 * @throws AdminError of kind `usage`, code BAD_NAME
 */
export function checkProfileName(name: string): void {
  if (PROFILE_NAME.test(name)) return;
  throw new AdminError('usage', `"${name}" cannot be the name of an installation`, {
    code: 'BAD_NAME',
    hint: 'A name has up to 63 letters, digits, dots, dashes and underscores.',
  });
}
