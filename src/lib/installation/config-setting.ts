import { AdminError } from '../errors.ts';
import { SECRET_HINT, unknownKeyHint } from './check-config.ts';
import { checkValue, parseValue } from './key-values.ts';
import { findKey, holdsSecret, PROFILE_NAME, type ProfileKey } from './profile-keys.ts';

/** A key and its new value, both known to be fine. */
export interface NewSetting {
  readonly spec: ProfileKey;
  readonly value: string | number | boolean;
}

/**
 * Reads what `config set KEY VALUE` was given. A value that may be a secret is not repeated.
 *
 * @param cwd where relative paths start
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

/** The error for a key that no profile has. */
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
 * Checks what a new profile is called.
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
