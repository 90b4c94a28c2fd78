import { RequiredOrgsCommand } from '../../../lib/cli/bases/required-orgs-command.ts';
import { Args } from '../../../lib/cli/oclif.ts';
import { addOrgs } from '../../../lib/settings/required-orgs.ts';

/** `settings required-orgs add`: allows members of organisations to create accounts. */
export class SettingsRequiredOrgsAdd extends RequiredOrgsCommand {
  static override summary = 'allow members of organisations to create accounts';
  static override description =
    'Any connection to one of the organisations is enough. The list has an effect with github.com only.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme acme-labs'];
  static override strict = false;
  static override args = {
    org: Args.string({
      description: 'name of the organisation on GitHub; more than one may be given',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(SettingsRequiredOrgsAdd);
    await this.changeOrgs(argv.map(String), addOrgs, flags);
  }
}
