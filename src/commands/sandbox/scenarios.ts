import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { SINGLE_SCENARIOS } from '../../lib/sandbox/scenarios/index.ts';
import { scenariosDocument, scenariosView } from '../../lib/sandbox/view.ts';

/** `sandbox scenarios`: lists the scenarios. */
export class SandboxScenarios extends SandboxCommand {
  static override summary = 'list the scenarios that a sandbox can start with';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.parse(SandboxScenarios);
    await this.output.table(scenariosView(SINGLE_SCENARIOS), scenariosDocument(SINGLE_SCENARIOS));
    if (this.output.structured) return;
    this.output.note('Combine them with +: sandbox run --scenario server-4.3+job-lost');
  }
}
