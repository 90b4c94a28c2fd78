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

/** A command that reads the config file. It works without a valid profile. */
export abstract class ConfigCommand extends AdminCommand {
  protected override get needsInstallation(): boolean {
    return false;
  }

  /** The path of the config file, which may not exist. */
  protected get configPath(): string {
    return join(this.config.configDir, CONFIG_FILE);
  }
}

/**
 * A command that edits the config file, as a {@link Change}. `readOnly` in a profile does not
 * prevent it, because that protects the installation and not the config file. The flag
 * `--read-only` does.
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

  /** The path of the config file, which may not exist. */
  protected get configPath(): string {
    return join(this.config.configDir, CONFIG_FILE);
  }

  /** Reads the config file and masks the secret command lines in it from then on. */
  protected async readConfig(): Promise<EditableConfig> {
    const found = await readEditableConfig(this.configPath);
    for (const line of commandLines(found.config)) this.masker.add(line);
    return found;
  }

  /**
   * Returns the installation named by `--installation`, or the current one.
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

  /** Plans the edit, confirms and writes the file. */
  protected async edit(
    edit: ConfigEdit,
    file: EditableConfig,
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    const change = planConfigEdit(edit, file, this.editTarget, this.runtime.clock);
    await this.changeFile(edit.installation, change, flags);
  }

  /** The file to edit, and the first lines of a new one. */
  protected get editTarget(): EditTarget {
    return { path: this.configPath, preamble: preamble(this.config.root) };
  }

  /** Confirms and writes a change that is already planned. */
  protected async changeFile<Event>(
    installation: string,
    change: Change<Event>,
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    this.#installation = installation;
    await this.change(change, flags);
  }
}

/** Returns the path of the config file's JSON schema, for editors. */
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
