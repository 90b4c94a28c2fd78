import { AccountCommand } from '../../../lib/cli/bases/account-command.ts';
import { undoFlags } from '../../../lib/cli/flags/account-flags.ts';
import { Args, Flags } from '../../../lib/cli/oclif.ts';
import { findAccounts } from '../../../lib/users/find-accounts.ts';
import { checkLogins } from '../../../lib/users/login-list.ts';

/** `users admin grant`: makes an account an administrator. */
export class UsersAdminGrant extends AccountCommand {
  static override summary = 'make an account an administrator';
  static override description =
    'An API token has administrator rights only if it was created after this.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> bob --role read-settings',
  ];
  static override strict = false;
  static override args = {
    login: Args.string({ description: 'GitHub login; more than one may be given', required: true }),
  };
  static override flags = {
    role: Flags.option({
      summary: 'write-settings can change accounts and settings (default write-settings)',
      options: ['write-settings', 'read-settings'] as const,
      default: 'write-settings' as const,
    })(),
    ...undoFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsersAdminGrant);
    const logins = checkLogins(argv.map(String));
    const found = await this.readAccounts();
    const accounts = findAccounts(found.accounts, logins);
    const requests = accounts.map((account) => ({ account, role: flags.role }));
    await this.changeAccounts({ verb: 'Change', requests }, found, flags);
  }
}
