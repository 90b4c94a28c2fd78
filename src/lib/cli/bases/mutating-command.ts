import { mutatingFlags } from '../flags/shared-flags.ts';
import { type Change, runChange } from '../rails/change.ts';
import { AdminCommand } from './admin-command.ts';

/** A command that changes something, with the steps and guards of `rails/change.ts`. */
export abstract class MutatingCommand extends AdminCommand {
  static override baseFlags: typeof mutatingFlags = mutatingFlags;

  /**
   * Plans, confirms, applies, verifies and reports a change, and sets the exit code.
   *
   * @param change the change, or a function that plans it, which is called after the guards have
   *   allowed the change; for plans that do more than read
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
