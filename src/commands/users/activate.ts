import { AccountCommand } from '../../lib/cli/bases/account-command.ts';
import { fromFlags, undoFlags } from '../../lib/cli/flags/account-flags.ts';
import { readLogins } from '../../lib/cli/flags/login-source.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { requireOneSource } from '../../lib/users/choose-accounts.ts';
import { findAccounts } from '../../lib/users/find-accounts.ts';
import { checkLogins } from '../../lib/users/login-list.ts';

/** `users activate`: activates suspended accounts. */
export class UsersActivate extends AccountCommand {
  static override summary = 'activate suspended accounts';
  static override description =
    'An account that never signed in stays Inactive until it does, and takes no seat. Every other account takes a seat at once.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice bob',
    '<%= config.bin %> <%= command.id %> --from joiners.txt --yes',
  ];
  static override strict = false;
  static override args = {
    login: Args.string({ description: 'GitHub login; more than one may be given' }),
  };
  static override flags = { ...fromFlags, ...undoFlags };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsersActivate);
    const { from } = flags;
    requireOneSource({ logins: argv.map(String), from, inactiveFor: undefined });
    const named =
      from === undefined ? checkLogins(argv.map(String)) : await readLogins(from, this.runtime);
    const found = await this.readAccounts();
    const accounts = findAccounts(found.accounts, named);
    const requests = accounts.map((account) => ({ account, suspended: false }));
    await this.changeAccounts({ verb: 'Activate', requests }, found, flags);
  }
}
