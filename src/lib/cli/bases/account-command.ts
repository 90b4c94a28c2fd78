import { resolve } from 'node:path';
import type { Account, AdminApi, Licensing } from '../../server/admin-api.ts';
import type { RequestedChange, SkippedAccount } from '../../users/account-plan.ts';
import { readUndoFileIfExists, requireSameInstallation } from '../../users/undo-file.ts';
import { type AccountVerb, accountChange, undoPath } from '../changes/account-change.ts';
import { targetFlagsOf } from '../flags/target-flags.ts';
import { ServerChangeCommand } from './server-change-command.ts';

/** The state of the server that a change of accounts is planned from. */
export interface AccountContext {
  readonly api: AdminApi;
  readonly accounts: readonly Account[];
  readonly me: string;
  readonly licensing: Licensing | null;
}

/** The flags that all commands that change accounts share. */
export interface AccountChangeFlags {
  readonly 'dry-run': boolean;
  readonly yes: boolean;
  readonly confirm?: string;
  readonly 'undo-file'?: string;
}

/**
 * A command that changes accounts. It plans from the list of all accounts and writes an undo file.
 */
export abstract class AccountCommand extends ServerChangeCommand {
  /** Reads the accounts, the owner of the token and the licence, concurrently. */
  protected async readAccounts(): Promise<AccountContext> {
    const { readLicensing } = await import('../../users/seats.ts');
    const api = await this.installation.admin();
    const { signal } = this;
    const [accounts, { login: me }, licensing] = await Promise.all([
      api.accounts(signal),
      api.me(signal),
      readLicensing(api, signal),
    ]);
    return { api, accounts, me, licensing };
  }

  /** Plans the change, confirms, writes the undo file, applies, verifies and reports. */
  protected async changeAccounts(
    what: {
      readonly verb: AccountVerb;
      readonly requests: readonly RequestedChange[];
      readonly left?: readonly SkippedAccount[];
      readonly warnings?: readonly string[];
    },
    accountContext: AccountContext,
    flags: AccountChangeFlags,
  ): Promise<void> {
    const { planAccounts } = await import('../../users/account-plan.ts');
    const { left, warnings } = what;
    const plan = planAccounts(what.requests, {
      ...accountContext,
      ...(left ? { left } : {}),
      ...(warnings ? { warnings } : {}),
    });
    const { clock } = this.installation;
    const where = { dataDir: this.config.dataDir, cwd: this.runtime.cwd, clock };
    const path = undoPath(flags['undo-file'], where, what.verb);
    const installation = { name: this.changeSubject.name, host: this.installation.settings.host };
    const existing = flags['undo-file'] === undefined ? null : await readUndoFileIfExists(path);
    if (existing) {
      const { name, host } = installation;
      requireSameInstallation(existing, { installation: name, host }, path);
    }
    const targetFlags = targetFlagsOf(this.shared.chosen);
    const { api } = accountContext;
    const context = { api, clock, installation, undoPath: path, targetFlags };
    await this.change(accountChange(context, plan, what.verb), flags);
  }

  /**
   * Asks whether to include accounts with unknown activity. Returns false without a terminal, with
   * `--yes` and in a dry run; returns true with `--include-unknown`.
   */
  protected async askUnknown(
    question: string,
    flags: AccountChangeFlags & { readonly 'include-unknown': boolean },
  ): Promise<boolean> {
    if (flags['include-unknown']) return true;
    const { stdin, stderr } = this.runtime;
    if (flags.yes || flags['dry-run'] || !stdin.isTTY || !stderr.isTTY) return false;
    const { ask } = await import('../rails/ask.ts');
    return ask({ kind: 'yes-no', question }, this.runtime);
  }

  /** Resolves the path of a file named on the command line. */
  protected pathOf(name: string): string {
    return resolve(this.runtime.cwd, name);
  }
}
