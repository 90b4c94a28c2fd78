import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { findSetting } from '../../lib/settings/find-setting.ts';
import { settingView } from '../../lib/settings/view.ts';

/** `settings get`: shows one system setting. */
export class SettingsGet extends AdminCommand {
  static override summary = 'show one system setting';
  static override examples = [
    '<%= config.bin %> <%= command.id %> wfc-workflow-deletion-interval',
    "<%= config.bin %> <%= command.id %> 'Suspend New Users' --json",
  ];
  static override args = {
    name: Args.string({
      description: 'name of the setting, or its title on the web page',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(SettingsGet);
    const api = await this.installation.admin();
    const setting = findSetting(await api.settings(this.signal), args.name);
    await this.output.detail(settingView(setting), setting);
  }
}
