import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import {
  nameFlag,
  sandboxFlags,
  sandboxOptions,
  sandboxWords,
} from '../../lib/cli/flags/sandbox-flags.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import type { SandboxState } from '../../lib/sandbox/state-file.ts';

/** `sandbox start`: starts a sandbox. */
export class SandboxStart extends SandboxCommand {
  static override summary = 'start a simulated installation on this machine';
  static override description =
    'Kubernetes and Nomad on loopback, with builds that queue, run and end. Runs until Ctrl-C, ' +
    'or with --detach until circleci-admin sandbox stop.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --detach && eval "$(<%= config.bin %> sandbox env)"',
    '<%= config.bin %> <%= command.id %> --scenario no-capacity --clients 8 --rate 60',
  ];
  static override flags = {
    ...sandboxFlags,
    name: nameFlag,
    detach: Flags.boolean({ char: 'd', summary: 'run in the background' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStart);
    const directory = this.sandboxDirectory(flags.name);
    if (flags.detach) {
      const { startInBackground } = await import('../../lib/sandbox/background.ts');
      const { self, env } = this.runtime;
      const line = ['sandbox', 'start', '--name', directory.name, ...sandboxWords(flags)];
      const words = [...self, ...line, '--output', 'ndjson'];
      await this.#show(await startInBackground(directory, words, env, this.signal));
      return;
    }
    const { serveSandbox } = await import('../../lib/sandbox/serve.ts');
    await serveSandbox(directory, sandboxOptions(flags), this.signal, async (state) => {
      await this.#show(state);
      if (!this.output.structured) this.output.note('Ctrl-C stops it.');
    });
  }

  async #show(state: SandboxState): Promise<void> {
    const { stateView } = await import('../../lib/sandbox/view.ts');
    await this.output.detail(stateView(state), state);
  }
}
