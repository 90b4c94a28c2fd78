import { AdminCommand } from '../../../lib/cli/bases/admin-command.ts';
import { githubAddress, isPublicGitHub } from '../../../lib/github/address.ts';
import { findGuideSetting } from '../../../lib/settings/find-setting.ts';
import { ONLY_GITHUB_COM, parseOrgs } from '../../../lib/settings/required-orgs.ts';
import { orgsView } from '../../../lib/settings/view.ts';

/** `settings required-orgs list`: lists the organisations that new users must belong to. */
export class SettingsRequiredOrgsList extends AdminCommand {
  static override summary = 'list the organisations that new users must belong to';
  static override description =
    'The list has an effect with github.com only. People who already have an account keep it, and may build for other organisations too.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.parse(SettingsRequiredOrgsList);
    const api = await this.installation.admin();
    const { server, github } = this.installation.settings;
    const settings = await api.settings(this.signal);
    const setting = findGuideSetting(settings, 'requiredOrgs', server.settingNames.requiredOrgs);
    const orgs = parseOrgs(setting.value);
    if (!isPublicGitHub(githubAddress(github.host))) this.output.warn(ONLY_GITHUB_COM);
    await this.output.table(orgsView(orgs), { orgs });
  }
}
