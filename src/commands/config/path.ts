import { ConfigCommand, schemaPath } from '../../lib/cli/bases/config-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { readConfigBytes } from '../../lib/installation/config-file.ts';

/** `config path`: prints the path of the config file, for editors and scripts. */
export class ConfigPath extends ConfigCommand {
  static override summary = 'print the path of the config file';
  static override examples = [
    '$EDITOR "$(<%= config.bin %> <%= command.id %>)"',
    '<%= config.bin %> <%= command.id %> --schema',
  ];
  static override flags = {
    schema: Flags.boolean({ summary: 'print the path of its JSON schema, for editors' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigPath);
    const schema = schemaPath(this.config.root);
    if (!this.output.structured) return this.output.line(flags.schema ? schema : this.configPath);
    const exists = (await readConfigBytes(this.configPath)) !== null;
    await this.output.detail({ blocks: [] }, { path: this.configPath, exists, schema });
  }
}
