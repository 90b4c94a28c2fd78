import { AccountCommand } from '../../lib/cli/bases/account-command.ts';
import { undoFlags } from '../../lib/cli/flags/account-flags.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { restoreRequests } from '../../lib/users/restore.ts';
import { readUndoFile, requireSameInstallation } from '../../lib/users/undo-file.ts';

/** `users restore`: undoes a change of accounts. */
export class UsersRestore extends AccountCommand {
  static override summary = 'restore accounts to their state before a change';
  static override description =
    'Every command that changes accounts first writes an undo file and prints its name. Accounts that the command did not change are not touched.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> leavers.undo.json',
    '<%= config.bin %> <%= command.id %> leavers.undo.json --dry-run',
  ];
  static override args = {
    file: Args.string({ description: 'the undo file of the change', required: true }),
  };
  static override flags = { ...undoFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UsersRestore);
    const path = this.pathOf(args.file);
    const undo = await readUndoFile(path);
    const { name: installation } = this.changeSubject;
    const { host } = this.installation.settings;
    requireSameInstallation(undo, { installation, host }, path);
    const found = await this.readAccounts();
    const { requests, left } = restoreRequests(undo.accounts, found.accounts);
    await this.changeAccounts({ verb: 'Restore', requests, left }, found, flags);
  }
}
