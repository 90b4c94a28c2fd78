import { AccountCommand } from '../../../lib/cli/bases/account-command.ts';
import { undoFlags } from '../../../lib/cli/flags/account-flags.ts';
import { Args } from '../../../lib/cli/oclif.ts';
import { findAccounts } from '../../../lib/users/find-accounts.ts';
import { checkLogins } from '../../../lib/users/login-list.ts';

/** `users admin revoke`: makes an administrator a normal user. */
export class UsersAdminRevoke extends AccountCommand {
  static override summary = 'make an administrator a normal user';
  static override description =
    'You cannot revoke your own role, nor that of the last administrator. The account keeps its access to builds.';
  static override examples = ['<%= config.bin %> <%= command.id %> alice'];
  static override strict = false;
  static override args = {
    login: Args.string({ description: 'GitHub login; more than one may be given', required: true }),
  };
  static override flags = { ...undoFlags };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsersAdminRevoke);
    const logins = checkLogins(argv.map(String));
    const found = await this.readAccounts();
    const accounts = findAccounts(found.accounts, logins);
    const requests = accounts.map((account) => ({ account, role: 'none' as const }));
    await this.changeAccounts({ verb: 'Change', requests }, found, flags);
  }
}
