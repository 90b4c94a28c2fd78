import { SandboxPlace, sandboxHome } from '../../sandbox/state-file.ts';
import { AdminCommand } from './admin-command.ts';

/** What the sandbox commands stand on: they are about this machine and no installation. */
export abstract class SandboxCommand extends AdminCommand {
  protected override get needsInstallation(): boolean {
    return false;
  }

  /**
   * Where the sandbox of a name keeps its state.
   *
   * @throws AdminError of kind `usage`, code BAD_SANDBOX_NAME
   */
  protected place(name = 'default'): SandboxPlace {
    return new SandboxPlace(sandboxHome(this.runtime.env, this.runtime.home), name);
  }
}
