import { CompletionCommand } from '../../lib/cli/completion/completion-command.ts';

/** `completion fish`: prints the completion script for fish. */
export class CompletionFish extends CompletionCommand {
  static override summary = 'print the script that completes command lines in fish';
  static override description =
    'To keep it: circleci-admin completion fish > ~/.config/fish/completions/circleci-admin.fish Names of clients, jobs and pods come from the installation and are cached for 30 seconds.';
  static override examples = ['<%= config.bin %> <%= command.id %> | source'];

  async run(): Promise<void> {
    await this.parse(CompletionFish);
    await this.printScript('fish');
  }
}
