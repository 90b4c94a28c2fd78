import { ConfigEditCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { unknownKey } from '../../lib/installation/config-setting.ts';
import { fileHasKey } from '../../lib/installation/edit-config.ts';
import { findKey } from '../../lib/installation/profile-keys.ts';
import { findProfile } from '../../lib/installation/settings.ts';

/** `config unset`: removes a key from a profile, also an unknown one. */
export class ConfigUnset extends ConfigEditCommand {
  static override summary = 'remove a key of an installation from the config file';
  static override examples = [
    '<%= config.bin %> <%= command.id %> nomad.address',
    '<%= config.bin %> <%= command.id %> readOnly --installation prod --yes',
  ];
  static override completes = { key: 'settings' } as const;
  static override args = {
    key: Args.string({ description: 'such as host or nomad.address', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigUnset);
    const file = await this.readConfig();
    const installation = this.chosenInstallation(file);
    findProfile(installation, file.config);
    const { key } = args;
    if (!findKey(key) && !fileHasKey(file.text, installation, key)) throw unknownKey(key);
    await this.edit({ kind: 'unset', installation, key }, file, flags);
  }
}
