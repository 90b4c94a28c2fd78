import { CompletionCommand } from '../../lib/cli/completion/completion-command.ts';

/** `completion zsh`: prints the completion script for zsh. */
export class CompletionZsh extends CompletionCommand {
  static override summary = 'print the script that completes command lines in zsh';
  static override description =
    'To keep it, put this into ~/.zshrc, after compinit: source <(circleci-admin completion zsh) Names of clients, jobs and pods come from the installation and are cached for 30 seconds.';
  static override examples = ['source <(<%= config.bin %> <%= command.id %>)'];

  async run(): Promise<void> {
    await this.parse(CompletionZsh);
    await this.printScript('zsh');
  }
}
