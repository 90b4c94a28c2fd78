import { Args } from '../../../lib/cli/oclif.ts';
import { RequiredOrgsCommand } from '../../../lib/cli/required-orgs-command.ts';
import { addOrgs } from '../../../lib/settings/required-orgs.ts';

/** `settings required-orgs add`: lets an organisation's people make accounts. */
export class SettingsRequiredOrgsAdd extends RequiredOrgsCommand {
  static override summary = 'let the people of organisations make accounts';
  static override description =
    'Any connection to one of the organisations is enough. It counts for github.com alone.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme acme-labs'];
  static override strict = false;
  static override args = {
    org: Args.string({ description: 'name at GitHub; several may follow', required: true }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(SettingsRequiredOrgsAdd);
    await this.changeOrgs(argv.map(String), addOrgs, flags);
  }
}
