import { AdminCommand } from '../bases/admin-command.ts';
import { type CompletionShell, completionScript } from './scripts.ts';

/** The base class of the commands that print a completion script. */
export abstract class CompletionCommand extends AdminCommand {
  protected override get needsInstallation(): boolean {
    return false;
  }

  protected async printScript(shell: CompletionShell): Promise<void> {
    const script = completionScript(shell);
    if (this.output.structured) await this.output.detail({ blocks: [] }, { shell, script });
    else await this.output.bytes(script);
  }
}
