import { RequiredOrgsCommand } from '../../../lib/cli/bases/required-orgs-command.ts';
import { Args } from '../../../lib/cli/oclif.ts';
import { removeOrgs } from '../../../lib/settings/required-orgs.ts';

/** `settings required-orgs remove`: removes organisations from the list. */
export class SettingsRequiredOrgsRemove extends RequiredOrgsCommand {
  static override summary = 'remove organisations from the required list';
  static override description =
    'People who already have an account keep it: use users suspend for them. If the list is empty, anybody can create an account.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme-labs'];
  static override strict = false;
  static override args = {
    org: Args.string({
      description: 'name of the organisation on GitHub; more than one may be given',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(SettingsRequiredOrgsRemove);
    await this.changeOrgs(argv.map(String), removeOrgs, flags);
  }
}
