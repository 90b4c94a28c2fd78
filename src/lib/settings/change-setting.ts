import { AdminError } from '../errors.ts';
import type { AdminApi, SystemSetting } from '../server/admin-api.ts';

/** What a setting is set to. */
export interface SettingChange {
  readonly setting: SystemSetting;
  readonly value: boolean | number | string;
  /** What may go wrong, each a sentence. */
  readonly warnings: readonly string[];
}

/** How a change of a setting ended. */
export interface SettingReport {
  readonly name: string;
  readonly outcome: 'changed' | 'unchanged';
  readonly before: SystemSetting['value'];
  /** As read back afterwards. */
  readonly value: SystemSetting['value'];
}

/** What changing a setting asks of the server. */
export type SettingChanger = Pick<AdminApi, 'settings' | 'setSetting'>;

/**
 * Sets a setting, and reads the list to see it.
 *
 * @throws AdminError of kind `failed` (CHANGE_NOT_SEEN) and as the AdminApi does
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
  const seen = after === undefined ? 'it is no longer in the list' : `it is ${shown(after)}`;
  throw new AdminError('failed', `The server accepted ${name}, but ${seen}`, {
    code: 'CHANGE_NOT_SEEN',
    hint: `To see its value: circleci-admin settings get ${name}`,
  });
}

/** A setting's value in a line. */
export function shown({ value }: Pick<SystemSetting, 'value'>): string {
  return value === null ? 'not set' : value === '' ? '(empty)' : String(value);
}
