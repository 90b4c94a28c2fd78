import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { settingListView } from '../../lib/settings/view.ts';

/** `settings list`: lists all system settings. */
export class SettingsList extends AdminCommand {
  static override summary = 'list the system settings and their values';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --columns name,value -o csv',
  ];

  async run(): Promise<void> {
    await this.parse(SettingsList);
    const api = await this.installation.admin();
    const settings = await api.settings(this.signal);
    await this.output.table(settingListView(settings), { settings });
  }
}
