import { AdminError } from '../errors.ts';
import type { AdminApi, SystemSetting } from '../server/admin-api.ts';

/** A planned change of a setting. */
export interface SettingChange {
  readonly setting: SystemSetting;
  readonly value: boolean | number | string;
  /** Each a sentence. */
  readonly warnings: readonly string[];
}

/** The result of a change of a setting. */
export interface SettingReport {
  readonly name: string;
  readonly outcome: 'changed' | 'unchanged';
  readonly before: SystemSetting['value'];
  /** Read back afterwards. */
  readonly value: SystemSetting['value'];
}

/** The server calls that {@link changeSetting} uses. */
export type SettingChanger = Pick<AdminApi, 'settings' | 'setSetting'>;

/**
 * Changes a setting, and verifies it in the list of settings.
 *
 * @throws AdminError of kind `failed` (CHANGE_NOT_SEEN), or like the AdminApi
 */
export async function changeSetting(
  api: SettingChanger,
  { setting, value }: SettingChange,
  signal?: AbortSignal,
): Promise<SettingReport> {
  const { name, value: before } = setting;
  await api.setSetting(name, value, signal);
  const after = (await api.settings(signal)).find((one) => one.name === name);
  if (after?.value === value) return { name, outcome: 'changed', before, value };
  const seen =
    after === undefined ? 'it is no longer in the list' : `it is ${formatSetting(after)}`;
  throw new AdminError('failed', `The server accepted ${name}, but ${seen}`, {
    code: 'CHANGE_NOT_SEEN',
    hint: `To see its value: circleci-admin settings get ${name}`,
  });
}

/** Formats the value of a setting for a line of text. */
export function formatSetting({ value }: Pick<SystemSetting, 'value'>): string {
  return value === null ? 'not set' : value === '' ? '(empty)' : String(value);
}
