import { ConfigEditCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { findProfile } from '../../lib/installation/settings.ts';

/** `config use`: selects the installation that commands use by default. */
export class ConfigUse extends ConfigEditCommand {
  static override summary = 'choose the installation that commands use';
  static override description =
    'To use another one for a single command: --installation NAME; for a shell: CIRCLECI_ADMIN_INSTALLATION.';
  static override examples = ['<%= config.bin %> <%= command.id %> prod'];
  static override completes = { name: 'installations' } as const;
  static override args = {
    name: Args.string({ description: 'installation in the config file', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigUse);
    const file = await this.readConfig();
    findProfile(args.name, file.config);
    await this.edit({ kind: 'use', installation: args.name }, file, flags);
  }
}
