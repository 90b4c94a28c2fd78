import { AccountCommand } from '../../lib/cli/bases/account-command.ts';
import { exclusionFlags, undoFlags } from '../../lib/cli/flags/account-flags.ts';
import { readLogins } from '../../lib/cli/flags/login-source.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { requireMembers } from '../../lib/users/choose-accounts.ts';
import { reconcile } from '../../lib/users/reconcile.ts';
import { reconcileWarnings } from '../../lib/users/reconcile-view.ts';

/** `users reconcile`: suspends and activates accounts to match a list of members. */
export class UsersReconcile extends AccountCommand {
  static override summary = 'make the accounts match the members of an organisation';
  static override description =
    'Suspends accounts of people who are not members, and activates suspended accounts of members. If the member list cannot be read completely, nothing is changed. Requires a GitHub token with read:org (GITHUB_TOKEN, github.tokenFile).';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --org acme --dry-run',
    "<%= config.bin %> <%= command.id %> --org acme --suspend --keep 'deploy-*'",
    '<%= config.bin %> <%= command.id %> --members members.txt --yes',
  ];
  static override flags = {
    org: Flags.string({
      summary: 'GitHub organisation; the members of several are combined',
      helpValue: 'ORG',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    members: Flags.string({
      summary: 'file with one login per line; - for standard input',
      helpValue: 'FILE',
    }),
    'github-host': Flags.string({
      summary: 'host of GitHub Enterprise (default: github.host, else github.com)',
      helpValue: 'HOST',
    }),
    suspend: Flags.boolean({ summary: 'only suspend' }),
    activate: Flags.boolean({ summary: 'only activate' }),
    ...exclusionFlags,
    ...undoFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(UsersReconcile);
    requireMembers(flags);
    // Read first: without the complete list of members nothing can be planned.
    const members =
      flags.members === undefined
        ? await this.#membersOf(flags.org ?? [], flags['github-host'])
        : await readLogins(flags.members, this.runtime);
    const found = await this.readAccounts();
    const plan = reconcile(found.accounts, members, {
      suspend: flags.suspend || !flags.activate,
      activate: flags.activate || !flags.suspend,
      me: found.me,
      keep: flags.keep ?? [],
      includeAdmins: flags['include-admins'],
      includeMachineUsers: flags['include-machine-users'],
    });
    const warnings = reconcileWarnings(plan, found.accounts);
    await this.changeAccounts({ ...plan, verb: 'Change', warnings }, found, flags);
  }

  async #membersOf(orgs: readonly string[], host: string | undefined): Promise<readonly string[]> {
    const { readMembers } = await import('../../lib/github/members.ts');
    const { pageCacheFile } = await import('../../lib/github/page-cache.ts');
    const github = await this.installation.github(host);
    const logins: string[] = [];
    for (const org of orgs) {
      const cache = pageCacheFile(this.config.cacheDir, github.address.host, org);
      const onWait = (text: string): void => this.output.note(text);
      const members = await readMembers(github, org, { cache, onWait, signal: this.signal });
      this.output.note(`${org} at ${github.address.host}: ${members.length} members`);
      logins.push(...members);
    }
    return logins;
  }
}
