import { Args } from '../../../lib/cli/oclif.ts';
import { RequiredOrgsCommand } from '../../../lib/cli/required-orgs-command.ts';
import { removeOrgs } from '../../../lib/settings/required-orgs.ts';

/** `settings required-orgs remove`: takes organisations off the list. */
export class SettingsRequiredOrgsRemove extends RequiredOrgsCommand {
  static override summary = 'take organisations off the list of those required';
  static override description =
    'Who has an account keeps it: suspend them with users suspend. An empty list lets everybody in.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme-labs'];
  static override strict = false;
  static override args = {
    org: Args.string({ description: 'name at GitHub; several may follow', required: true }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(SettingsRequiredOrgsRemove);
    await this.changeOrgs(argv.map(String), removeOrgs, flags);
  }
}
