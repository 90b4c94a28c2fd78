import { objectOf, objectOrNull, textOf } from '../json-value.ts';
import type { SystemSetting } from './admin-api.ts';

const TYPES: Readonly<Record<string, SystemSetting['type']>> = {
  boolean: 'boolean',
  number: 'number',
  integer: 'number',
  string: 'string',
};

/** Decodes a setting; returns null if it has no name. */
export function decodeSetting(value: unknown): SystemSetting | null {
  const fields = objectOrNull(value);
  const name = textOf(fields?.['name']);
  if (fields === null || name === null) return null;
  const content = fields['value'];
  const scalar =
    typeof content === 'boolean' || typeof content === 'number' || typeof content === 'string'
      ? content
      : null;
  return {
    name,
    humanName: textOf(fields['human_name']),
    description: textOf(fields['description']),
    type: typeOf(textOf(fields['value_type']), scalar),
    value: scalar,
  };
}

/** Decodes the list of settings; returns null if the value is not one. */
export function decodeSettings(value: unknown): readonly SystemSetting[] | null {
  if (!Array.isArray(value)) return null;
  const settings = value.flatMap((item) => decodeSetting(item) ?? []);
  return value.length > 0 && settings.length === 0 ? null : settings;
}

/** Returns the server's message for a rejected value; null if there is none. */
export function decodeRefusedSetting(value: unknown): string | null {
  const { message } = objectOf(value);
  return textOf(objectOf(message)['error']) ?? textOf(message);
}

function typeOf(said: string | null, value: SystemSetting['value']): SystemSetting['type'] {
  if (said !== null) return TYPES[said.toLowerCase()] ?? 'unknown';
  return value === null ? 'unknown' : (TYPES[typeof value] ?? 'unknown');
}
