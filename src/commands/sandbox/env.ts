import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { nameFlag } from '../../lib/cli/flags/sandbox-flags.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { foreignVariables } from '../../lib/sandbox/foreign-variables.ts';
import { SHELLS, shellExports } from '../../lib/sandbox/shell-exports.ts';

/** `sandbox env`: prints shell commands that point kubectl and nomad at a sandbox. */
export class SandboxEnv extends SandboxCommand {
  static override summary = 'print shell commands that point kubectl and nomad at the sandbox';
  static override description =
    'kubectl, nomad and circleci-admin itself then talk to the sandbox and to nothing else: ' +
    'variables that name a real installation are unset.';
  static override examples = [
    'eval "$(<%= config.bin %> <%= command.id %>)"',
    '<%= config.bin %> <%= command.id %> --shell fish | source',
  ];
  static override flags = {
    name: nameFlag,
    shell: Flags.option({
      summary: 'shell syntax to print; bash also works for sh and zsh',
      options: SHELLS,
    })({
      default: 'bash',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxEnv);
    const { environment } = await this.sandboxDirectory(flags.name).running();
    const unset = foreignVariables(environment);
    if (this.output.structured) {
      await this.output.detail({ blocks: [] }, { environment, unset });
      return;
    }
    for (const line of shellExports(flags.shell, environment, unset)) await this.output.line(line);
  }
}
