import { ConfigCommand } from '../../lib/cli/bases/config-command.ts';
import { readConfigFile } from '../../lib/installation/config-file.ts';
import { installationsView, listInstallations } from '../../lib/installation/view.ts';

/** `config list`: lists the installations in the config file. */
export class ConfigList extends ConfigCommand {
  static override summary = 'list the installations in the config file';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override aliases = ['config ls'];

  async run(): Promise<void> {
    await this.parse(ConfigList);
    const config = await readConfigFile(this.configPath);
    const installations = listInstallations(config);
    await this.output.table(installationsView(installations), { installations });
  }
}
