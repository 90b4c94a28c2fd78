import { SandboxDirectory, sandboxHome } from '../../sandbox/state-file.ts';
import { AdminCommand } from './admin-command.ts';

/** The base class of the sandbox commands, which use this machine and no installation. */
export abstract class SandboxCommand extends AdminCommand {
  protected override get needsInstallation(): boolean {
    return false;
  }

  /**
   * Returns the place where a sandbox keeps its state.
   *
   * @throws AdminError of kind `usage`, code BAD_SANDBOX_NAME
   */
  protected sandboxDirectory(name = 'default'): SandboxDirectory {
    return new SandboxDirectory(sandboxHome(this.runtime.env, this.runtime.home), name);
  }
}
