import { ConfigEditCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { checkProfileName, readNewSetting } from '../../lib/installation/config-setting.ts';

/** `config set`: sets a key of a profile, and creates the profile if it does not exist. */
export class ConfigSet extends ConfigEditCommand {
  static override summary = 'set a key of an installation in the config file';
  static override description =
    'Sets the key of the installation in use, or of --installation NAME, which is created if it is new. Secrets are not kept in the file: set a tokenFile or a tokenCommand.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> host circleci.example.com --installation prod',
    '<%= config.bin %> <%= command.id %> nomad.access proxy',
    "<%= config.bin %> <%= command.id %> nomad.tokenCommand 'pass show nomad' --yes",
  ];
  static override completes = { key: 'settings' } as const;
  static override args = {
    key: Args.string({ description: 'such as host or nomad.address', required: true }),
    value: Args.string({ description: 'new value', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigSet);
    const { spec, value } = readNewSetting(args.key, args.value, this.runtime.cwd);
    if (spec.kind === 'command') this.masker.add(args.value);
    const file = await this.readConfig();
    const installation = this.chosenInstallation(file);
    checkProfileName(installation);
    await this.edit({ kind: 'set', installation, key: spec.key, value }, file, flags);
  }
}
