import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { nameFlag, rateFlag } from '../../lib/cli/flags/sandbox-flags.ts';
import { durationFlag } from '../../lib/cli/oclif.ts';
import { SandboxControl } from '../../lib/sandbox/control-client.ts';
import { clockText } from '../../lib/sandbox/view.ts';

/** `sandbox clock`: shows or adjusts the clock of a sandbox. */
export class SandboxClock extends SandboxCommand {
  static override summary = "show the sandbox's time, move it forward, or change its speed";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --advance 1h',
    '<%= config.bin %> <%= command.id %> --rate 60',
  ];
  static override flags = {
    name: nameFlag,
    advance: durationFlag({ summary: 'move the time forward by this' }),
    rate: rateFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxClock);
    const state = await this.sandboxDirectory(flags.name).running();
    const control = new SandboxControl(state.control);
    if (flags.rate !== undefined) await control.setRate(flags.rate);
    if (flags.advance !== undefined) await control.advance(flags.advance);
    const { clock } = await control.status();
    const view = { blocks: [{ kind: 'lines' as const, lines: [clockText(clock)] }] };
    await this.output.detail(view, clock);
  }
}
