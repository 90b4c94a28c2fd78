import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { nameFlag } from '../../lib/cli/flags/sandbox-flags.ts';
import { stopSandbox } from '../../lib/sandbox/stop.ts';

/** `sandbox stop`: stops a sandbox and removes its files. */
export class SandboxStop extends SandboxCommand {
  static override summary = 'stop the sandbox and remove its files';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override flags = { name: nameFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStop);
    const directory = this.sandboxDirectory(flags.name);
    const { name, pid } = await stopSandbox(directory, this.runtime.clock);
    if (this.output.structured) await this.output.detail({ blocks: [] }, { name, pid });
    else this.output.note(`The sandbox "${name}" has stopped.`);
  }
}
