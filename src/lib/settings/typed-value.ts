import { AdminError } from '../errors.ts';
import type { SystemSetting } from '../server/admin-api.ts';

/** The types of setting values. */
export const SETTING_TYPES = ['boolean', 'number', 'string'] as const;

/** One of {@link SETTING_TYPES}. */
export type SettingType = (typeof SETTING_TYPES)[number];

const ON = ['true', 'on', 'yes'];
const OFF = ['false', 'off', 'no'];

/**
 * Parses the value of a setting from the command line.
 *
 * @param requestedType the type, if the server does not report it
 * @throws AdminError of kind `validation` (BAD_SETTING_VALUE, UNKNOWN_SETTING_TYPE) or `usage`
 *   (BAD_FLAGS) if `requestedType` contradicts the type that the server reports
 */
export function parseSettingValue(
  setting: Pick<SystemSetting, 'name' | 'type' | 'value'>,
  text: string,
  requestedType?: SettingType,
): boolean | number | string {
  switch (typeOf(setting, requestedType)) {
    case 'boolean': {
      const word = text.trim().toLowerCase();
      if (ON.includes(word)) return true;
      if (OFF.includes(word)) return false;
      throw badValue(setting.name, text, 'must be true or false');
    }
    case 'number': {
      const fine = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text.trim());
      if (fine && Number.isFinite(Number(text))) return Number(text);
      throw badValue(setting.name, text, 'must be a number');
    }
    case 'string':
      return text;
  }
}

function typeOf(
  { name, type, value }: Pick<SystemSetting, 'name' | 'type' | 'value'>,
  requestedType: SettingType | undefined,
): SettingType {
  if (type !== 'unknown') {
    if (requestedType === undefined || requestedType === type) return type;
    throw new AdminError('usage', `${name} has type ${type}, not ${requestedType}`, {
      code: 'BAD_FLAGS',
      hint: 'Remove --type: the server reports the type.',
    });
  }
  if (requestedType !== undefined) return requestedType;
  const seen = SETTING_TYPES.find((one) => typeof value === one);
  if (seen !== undefined) return seen;
  throw new AdminError('validation', `The server does not report the type of ${name}`, {
    code: 'UNKNOWN_SETTING_TYPE',
    hint: `Give it: --type ${SETTING_TYPES.join('|')}. Nothing was changed.`,
  });
}

function badValue(name: string, text: string, what: string): AdminError {
  return new AdminError('validation', `${name} ${what}, and "${text}" is not`, {
    code: 'BAD_SETTING_VALUE',
    hint: `To see its current value: circleci-admin settings get ${name}. Nothing was changed.`,
  });
}
