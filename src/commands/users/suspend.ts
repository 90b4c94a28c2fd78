import { AccountCommand } from '../../lib/cli/bases/account-command.ts';
import { chooseInactive } from '../../lib/cli/changes/inactive-accounts.ts';
import {
  exclusionFlags,
  fromFlags,
  inactiveFlag,
  undoFlags,
} from '../../lib/cli/flags/account-flags.ts';
import { readLogins } from '../../lib/cli/flags/login-source.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { requireOneSource } from '../../lib/users/choose-accounts.ts';
import { findAccounts } from '../../lib/users/find-accounts.ts';
import { checkLogins } from '../../lib/users/login-list.ts';

/** `users suspend`: suspends accounts, which frees their seats. */
export class UsersSuspend extends AccountCommand {
  static override summary = 'suspend accounts and free their seats';
  static override description =
    'A suspended person cannot sign in; none of their data is deleted. Your own account and the last administrator are never suspended. If it is interrupted, run it again to continue. To undo it: users restore.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice bob',
    '<%= config.bin %> <%= command.id %> --from leavers.txt --undo-file leavers.undo.json',
    '<%= config.bin %> <%= command.id %> --inactive-for 90d --dry-run',
  ];
  static override strict = false;
  static override args = {
    login: Args.string({ description: 'GitHub login; more than one may be given' }),
  };
  static override flags = {
    ...fromFlags,
    'inactive-for': inactiveFlag,
    'include-unknown': Flags.boolean({
      summary: 'with --inactive-for: include accounts with unknown activity',
      helpGroup: 'select',
    }),
    ...exclusionFlags,
    ...undoFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsersSuspend);
    const { from, 'inactive-for': inactiveFor } = flags;
    requireOneSource({ logins: argv.map(String), from, inactiveFor });
    const named =
      from === undefined ? checkLogins(argv.map(String)) : await readLogins(from, this.runtime);
    const found = await this.readAccounts();
    const chosen =
      inactiveFor === undefined
        ? { accounts: findAccounts(found.accounts, named) }
        : await chooseInactive(found, {
            inactiveFor,
            clock: this.installation.clock,
            signal: this.signal,
            me: found.me,
            keep: flags.keep ?? [],
            includeAdmins: flags['include-admins'],
            includeMachineUsers: flags['include-machine-users'],
            askUnknown: (question) => this.askUnknown(question, flags),
            onProgress: (text) => this.output.progress(text),
          });
    const requests = chosen.accounts.map((account) => ({ account, suspended: true }));
    await this.changeAccounts({ ...chosen, verb: 'Suspend', requests }, found, flags);
  }
}
