import { ConfigEditCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { refuseToRemoveInUse } from '../../lib/installation/config-change.ts';
import { findProfile } from '../../lib/installation/settings.ts';

/** `config remove`: removes a profile from the config file. The installation is not changed. */
export class ConfigRemove extends ConfigEditCommand {
  static override summary = 'remove an installation from the config file';
  static override description =
    'The installation itself is not touched. The one in use cannot be removed while the file has others: switch first with config use.';
  static override examples = ['<%= config.bin %> <%= command.id %> old-lab'];
  static override aliases = ['config rm'];
  static override completes = { name: 'installations' } as const;
  static override args = {
    name: Args.string({ description: 'installation in the config file', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigRemove);
    const file = await this.readConfig();
    findProfile(args.name, file.config);
    refuseToRemoveInUse(args.name, file.config);
    await this.edit({ kind: 'remove', installation: args.name }, file, flags);
  }
}
