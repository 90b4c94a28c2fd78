import { mutatingFlags } from '../flags/shared-flags.ts';
import { type Change, runChange } from '../rails/change.ts';
import { AdminCommand } from './admin-command.ts';

/** A command that changes something: its work runs on the rails of `change.ts`. */
export abstract class MutatingCommand extends AdminCommand {
  static override baseFlags: typeof mutatingFlags = mutatingFlags;

  /**
   * Plans, asks, applies, verifies and reports; sets the exit code. A change whose plan takes more
   * than reading is handed over as what plans it: that runs once nothing forbids the change.
   */
  protected async change<Event>(
    change: Change<Event> | (() => Promise<Change<Event>>),
    flags: { readonly 'dry-run': boolean; readonly yes: boolean; readonly confirm?: string },
  ): Promise<void> {
    const exitCode = await runChange(this.changeContext(), change, {
      dryRun: flags['dry-run'],
      yes: flags.yes,
      confirm: flags.confirm,
    });
    this.exitWith(exitCode);
  }
}
