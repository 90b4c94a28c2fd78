import { ConfigCommand } from '../../lib/cli/bases/config-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { readConfigFile } from '../../lib/installation/config-file.ts';
import { explainSettings, resolveSettings } from '../../lib/installation/settings.ts';
import { settingsDocument, settingsView } from '../../lib/installation/view.ts';

/** `config show`: shows the effective settings and the source of each. */
export class ConfigShow extends ConfigCommand {
  static override summary = 'show the effective settings, and where each comes from';
  static override description =
    'A setting comes from a flag, a CIRCLECI_ADMIN_* variable, the profile, an ambient variable such as NOMAD_ADDR (only where no profile is in use), or the default. Secrets are neither read nor shown.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> prod --json',
  ];
  static override completes = { name: 'installations' } as const;
  static override args = {
    name: Args.string({ description: 'installation (default: the one in use)' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(ConfigShow);
    const config = await readConfigFile(this.configPath);
    const { chosen } = this.shared;
    const selected = { ...chosen, installation: args.name ?? chosen.installation };
    const { env } = this.runtime;
    const document = settingsDocument(
      this.configPath,
      resolveSettings(selected, env, config),
      explainSettings(selected, env, config),
    );
    for (const sentence of document.conflicts) this.output.warn(sentence);
    for (const sentence of document.withheld) this.output.warn(sentence);
    await this.output.table(settingsView(document), document);
  }
}
