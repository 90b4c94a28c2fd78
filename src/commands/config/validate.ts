import { resolve } from 'node:path';
import { ConfigCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { validateConfig } from '../../lib/installation/validate-config.ts';
import { findingsView } from '../../lib/installation/view.ts';

/** `config validate`: lists all problems of a config file. */
export class ConfigValidate extends ConfigCommand {
  static override summary = 'check the config file, and list everything that is wrong in it';
  static override description = 'Exits 7 if something is wrong.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ./config.yaml --json',
  ];
  static override args = {
    file: Args.string({ description: 'config file to check (default: the one in use)' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(ConfigValidate);
    const file = args.file === undefined ? null : resolve(this.runtime.cwd, args.file);
    const document = await validateConfig(file ?? this.configPath, file !== null);
    if (document.valid && !this.output.structured) {
      this.output.note(
        document.exists
          ? `${document.path} is valid.`
          : `${document.path} does not exist, which is fine.`,
      );
      return;
    }
    await this.output.table(findingsView(document.findings), document);
    if (!document.valid) this.exitWith(EXIT_CODES.validation);
  }
}
