import type { AdminApi, SystemSetting } from '../../server/admin-api.ts';
import { settingChange } from '../changes/setting-change.ts';
import { targetFlagsOf } from '../flags/target-flags.ts';
import { ServerChangeCommand } from './server-change-command.ts';

/** A command that changes a system setting. */
export abstract class SettingCommand extends ServerChangeCommand {
  /** Connects to the admin API and reads all settings. */
  protected async readSettings(): Promise<{
    readonly api: AdminApi;
    readonly settings: readonly SystemSetting[];
  }> {
    const api = await this.installation.admin();
    return { api, settings: await api.settings(this.signal) };
  }

  /** Plans, confirms, sets and verifies a setting. */
  protected async changeSetting(
    api: AdminApi,
    what: Parameters<typeof settingChange>[1],
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    const targetFlags = targetFlagsOf(this.shared.chosen);
    const context = { installation: this.changeSubject.name, targetFlags };
    await this.change(settingChange(api, what, context), flags);
  }
}
