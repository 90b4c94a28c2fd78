import { SettingCommand } from '../../lib/cli/bases/setting-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { findGuideSetting } from '../../lib/settings/find-setting.ts';

/** `settings suspend-new-users`: sets whether new accounts need approval by an administrator. */
export class SettingsSuspendNewUsers extends SettingCommand {
  static override summary = 'choose whether new accounts need approval by an administrator';
  static override description =
    'On: an account is Suspended New after the first sign-in, until users activate. List them: users list --state suspended-new.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> on',
    '<%= config.bin %> <%= command.id %> off --yes',
  ];
  static override args = {
    state: Args.string({ description: 'on or off', required: true, options: ['on', 'off'] }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SettingsSuspendNewUsers);
    const { api, settings } = await this.readSettings();
    const { suspendNewUsers } = this.installation.settings.server.settingNames;
    const setting = findGuideSetting(settings, 'suspendNewUsers', suspendNewUsers);
    await this.changeSetting(api, { setting, value: args.state === 'on', warnings: [] }, flags);
  }
}
