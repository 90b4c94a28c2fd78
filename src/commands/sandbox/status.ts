import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { nameFlag } from '../../lib/cli/flags/sandbox-flags.ts';
import { SandboxControl } from '../../lib/sandbox/control-client.ts';
import { statusDocument, statusView } from '../../lib/sandbox/view.ts';

/** `sandbox status`: shows the addresses, the time and the received requests of a sandbox. */
export class SandboxStatus extends SandboxCommand {
  static override summary = "show the sandbox's addresses, its time and the requests it received";
  static override examples = ['<%= config.bin %> <%= command.id %> --json'];
  static override flags = { name: nameFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStatus);
    const state = await this.sandboxDirectory(flags.name).running();
    const status = await new SandboxControl(state.control).status();
    await this.output.detail(statusView(state, status), statusDocument(state, status));
  }
}
