import { CompletionCommand } from '../../lib/cli/completion/completion-command.ts';

/** `completion bash`: prints the completion script for bash. */
export class CompletionBash extends CompletionCommand {
  static override summary = 'print the script that completes command lines in bash';
  static override description =
    'To keep it, put this into ~/.bashrc: source <(circleci-admin completion bash). The bash of macOS is too old for that; use: eval "$(circleci-admin completion bash)" Names of clients, jobs and pods come from the installation and are cached for 30 seconds.';
  static override examples = ['source <(<%= config.bin %> <%= command.id %>)'];

  async run(): Promise<void> {
    await this.parse(CompletionBash);
    await this.printScript('bash');
  }
}
