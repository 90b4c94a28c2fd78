import { MutatingCommand } from '../../lib/cli/bases/mutating-command.ts';
import { eligibilityChange } from '../../lib/cli/changes/eligibility-change.ts';
import { clientSelector, clientSelectorFlags } from '../../lib/cli/flags/client-selector-flags.ts';
import { targetFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { chooseClients } from '../../lib/nomad/drain/choose-clients.ts';
import { eligibilityRequest } from '../../lib/nomad/drain/eligibility.ts';

/** `nomad eligibility`: sets whether clients are eligible for new builds. */
export class NomadEligibility extends MutatingCommand {
  static override summary = 'allow or stop new builds on Nomad clients';
  static override description =
    'Running builds are not touched. To wait for them to end, use nomad drain.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2 --disable',
    '<%= config.bin %> <%= command.id %> --status ineligible --enable',
  ];
  static override aliases = ['nomad node eligibility'];
  static override strict = false;
  static override completes = { node: 'nodes', name: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'ID, ID prefix, name, IP address or instance ID' }),
  };
  static override flags = {
    ...clientSelectorFlags,
    all: Flags.boolean({ summary: 'every client', helpGroup: 'select' }),
    enable: Flags.boolean({ summary: 'make eligible: new builds can be placed' }),
    disable: Flags.boolean({ summary: 'make ineligible: no new builds are placed' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NomadEligibility);
    const eligible = eligibilityRequest(flags);
    const nomad = await this.installation.nomad();
    const { signal } = this;
    const wanted = { names: argv.map(String), selector: clientSelector(flags), all: flags.all };
    const clients = await chooseClients(nomad, wanted, { signal });
    const { installation } = this;
    const targetFlags = targetFlagsOf(this.shared.chosen);
    const context = { nomad, clients, signal, all: flags.all, installation, targetFlags };
    await this.change(eligibilityChange(context, eligible), flags);
  }
}
