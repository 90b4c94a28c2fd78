import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { findAccounts } from '../../lib/users/find-accounts.ts';
import { accountRow } from '../../lib/users/list.ts';
import { checkLogins } from '../../lib/users/login-list.ts';
import { newestBuild } from '../../lib/users/newest-build.ts';
import { accountView } from '../../lib/users/view.ts';

/** `users show`: shows one account. */
export class UsersShow extends AdminCommand {
  static override summary = 'show one account: its state, its role, its last sign-in and build';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> alice --json',
  ];
  static override args = { login: Args.string({ description: 'GitHub login', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.parse(UsersShow);
    const logins = checkLogins([args.login]);
    const api = await this.installation.admin();
    const { signal } = this;
    const [accounts, lastBuildAt] = await Promise.all([
      api.accounts(signal),
      newestBuild(api, args.login, signal),
    ]);
    for (const account of findAccounts(accounts, logins)) {
      const row = { ...accountRow(account), lastBuildAt };
      await this.output.detail(accountView(row, this.installation.clock.now()), row);
    }
  }
}
