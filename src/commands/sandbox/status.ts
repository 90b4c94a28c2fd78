import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { nameFlag, sandboxPlace } from '../../lib/cli/sandbox-flags.ts';
import { SandboxControl } from '../../lib/sandbox/control-client.ts';
import { statusDocument, statusView } from '../../lib/sandbox/view.ts';

/** `sandbox status`. */
export class SandboxStatus extends AdminCommand {
  static override summary = 'show where the sandbox is, its time and what it was asked';
  static override examples = ['<%= config.bin %> <%= command.id %> --json'];
  static override flags = { name: nameFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStatus);
    const state = await sandboxPlace(this.runtime, flags.name).running();
    const status = await new SandboxControl(state.control).status();
    await this.output.detail(statusView(state, status), statusDocument(state, status));
  }
}
