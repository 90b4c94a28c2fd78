import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AdminError } from '../../errors.ts';
import type { EditableConfig } from '../../installation/config-change.ts';
import {
  commandLines,
  planConfigEdit,
  readEditableConfig,
} from '../../installation/config-change.ts';
import { CONFIG_FILE } from '../../installation/config-file.ts';
import type { ConfigEdit, EditTarget } from '../../installation/edit-config.ts';
import type { Change, ChangeSubject } from '../rails/change.ts';
import { AdminCommand } from './admin-command.ts';
import { MutatingCommand } from './mutating-command.ts';

/** A command that reads the config file. It works where no profile does. */
export abstract class ConfigCommand extends AdminCommand {
  protected override get needsInstallation(): boolean {
    return false;
  }

  /** Where the config file is, or would be. */
  protected get configPath(): string {
    return join(this.config.configDir, CONFIG_FILE);
  }
}

/**
 * A command that edits the config file, on the rails of every change. A read-only profile is no
 * hindrance: it guards the installation, not the file that says so. The flag `--read-only` is one.
 */
export abstract class ConfigEditCommand extends MutatingCommand {
  #installation = '';

  protected override get needsInstallation(): boolean {
    return false;
  }

  protected override get changeSubject(): ChangeSubject {
    const { readOnly = false } = this.shared.chosen;
    return { name: this.#installation, settings: { readOnly, conflicts: [] } };
  }

  /** Where the config file is, or would be. */
  protected get configPath(): string {
    return join(this.config.configDir, CONFIG_FILE);
  }

  /** The config file as it is; what it says of secrets is masked from here on. */
  protected async readConfig(): Promise<EditableConfig> {
    const found = await readEditableConfig(this.configPath);
    for (const line of commandLines(found.config)) this.masker.add(line);
    return found;
  }

  /**
   * The installation that `--installation` names, or the one in use.
   *
   * @throws AdminError of kind `usage`, code NO_INSTALLATION
   */
  protected chosenInstallation({ config }: EditableConfig): string {
    const name = this.shared.chosen.installation ?? config.current;
    if (name !== undefined) return name;
    throw new AdminError('usage', 'No installation is in use, and none was named', {
      code: 'NO_INSTALLATION',
      hint: 'Name an existing or a new one: --installation NAME',
    });
  }

  /** Plans, asks and writes. */
  protected async edit(
    edit: ConfigEdit,
    file: EditableConfig,
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    const change = planConfigEdit(edit, file, this.editTarget, this.runtime.clock);
    await this.changeFile(edit.installation, change, flags);
  }

  /** The file that is edited, and what a new one begins with. */
  protected get editTarget(): EditTarget {
    return { path: this.configPath, preamble: preamble(this.config.root) };
  }

  /** Asks and writes what is planned already. */
  protected async changeFile<Event>(
    installation: string,
    change: Change<Event>,
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    this.#installation = installation;
    await this.change(change, flags);
  }
}

/** Where the schema of the config file is, for editors. */
export function schemaPath(root: string): string {
  return join(root, 'schema', 'config.schema.json');
}

function preamble(root: string): string {
  return [
    '# The installations that circleci-admin knows: circleci-admin config --help',
    `# yaml-language-server: $schema=${pathToFileURL(schemaPath(root)).href}`,
    '\n',
  ].join('\n');
}
