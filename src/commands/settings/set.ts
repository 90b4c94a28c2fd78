import { SettingCommand } from '../../lib/cli/bases/setting-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { findSetting } from '../../lib/settings/find-setting.ts';
import { parseSettingValue, SETTING_TYPES } from '../../lib/settings/typed-value.ts';

/** `settings set`: sets a system setting. */
export class SettingsSet extends SettingCommand {
  static override summary = 'set a system setting';
  static override description =
    'The value must have the type that the server reports. The old value is kept in the audit log.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> wfc-workflow-deletion-interval 3600000',
    "<%= config.bin %> <%= command.id %> 'Suspend New Users' true --yes",
  ];
  static override args = {
    name: Args.string({
      description: 'name of the setting, or its title on the web page',
      required: true,
    }),
    value: Args.string({ description: 'new value', required: true }),
  };
  static override flags = {
    type: Flags.option({
      summary: 'type of the value, if the server does not report it',
      options: SETTING_TYPES,
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SettingsSet);
    const { api, settings } = await this.readSettings();
    const setting = findSetting(settings, args.name);
    const value = parseSettingValue(setting, args.value, flags.type);
    await this.changeSetting(api, { setting, value, warnings: [] }, flags);
  }
}
