import { githubAddress, isPublicGitHub } from '../../github/address.ts';
import { findGuideSetting } from '../../settings/find-setting.ts';
import {
  checkOrgs,
  orgList,
  parseOrgs,
  requiredOrgsWarnings,
} from '../../settings/required-orgs.ts';
import { SettingCommand } from './setting-command.ts';

/** A command that changes the list of organisations of which new users must be members. */
export abstract class RequiredOrgsCommand extends SettingCommand {
  /** Changes the list to the result of `then`. */
  protected async changeOrgs(
    orgs: readonly string[],
    then: (now: readonly string[], orgs: readonly string[]) => readonly string[],
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    checkOrgs(orgs);
    const { api, settings } = await this.readSettings();
    const { settingNames } = this.installation.settings.server;
    const setting = findGuideSetting(settings, 'requiredOrgs', settingNames.requiredOrgs);
    const now = parseOrgs(setting.value);
    const wanted = then(now, orgs);
    const same = wanted.length === now.length;
    const isPublic = isPublicGitHub(githubAddress(this.installation.settings.github.host));
    const warnings = requiredOrgsWarnings(now, wanted, isPublic);
    // An unchanged list keeps its exact text, so that there is nothing to write.
    const value = same && typeof setting.value === 'string' ? setting.value : orgList(wanted);
    await this.changeSetting(api, { setting, value, warnings }, flags);
  }
}
