import { MutatingCommand } from '../../lib/cli/bases/mutating-command.ts';
import { drainChange } from '../../lib/cli/changes/drain-change.ts';
import { endDrainChange } from '../../lib/cli/changes/eligibility-change.ts';
import { clientAccessFlags, connectToClients } from '../../lib/cli/flags/client-access-flags.ts';
import { clientSelector, clientSelectorFlags } from '../../lib/cli/flags/client-selector-flags.ts';
import { targetFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args, durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { chooseClients } from '../../lib/nomad/drain/choose-clients.ts';
import { drainRequest } from '../../lib/nomad/drain/drain-request.ts';
import { isSelective } from '../../lib/nomad/nodes/select-nodes.ts';

/** `nomad drain`: drains clients without killing builds, or cancels their drains. */
export class NomadDrain extends MutatingCommand {
  static override summary = 'drain Nomad clients, and wait for their builds to end';
  static override description =
    'All clients are made ineligible first, then drained. Builds are killed only with --deadline or --force. If interrupted, run it again to continue.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2',
    '<%= config.bin %> <%= command.id %> --idle --yes',
    '<%= config.bin %> <%= command.id %> 4ad846c5 --deadline 2h --timeout 3h',
    '<%= config.bin %> <%= command.id %> --disable ip-10-0-1-2',
  ];
  static override aliases = ['nomad node drain'];
  static override hiddenAliases = ['nomad node-drain'];
  static override strict = false;
  static override completes = { node: 'nodes', name: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'ID, ID prefix, name, IP address or instance ID' }),
  };
  static override flags = {
    ...clientSelectorFlags,
    all: Flags.boolean({ summary: 'every client', helpGroup: 'select' }),
    deadline: durationFlag({ summary: 'kill builds that still run after this time' }),
    force: Flags.boolean({ summary: 'kill builds now' }),
    reason: Flags.string({ summary: 'reason to record (Nomad 1.1 and later)' }),
    detach: Flags.boolean({ summary: 'start the drains and do not wait' }),
    timeout: durationFlag({ summary: 'stop waiting after this; drains continue' }),
    'ignore-system': Flags.boolean({ summary: 'leave system jobs running' }),
    disable: Flags.boolean({ summary: 'cancel drains; make the clients eligible' }),
    'keep-ineligible': Flags.boolean({ summary: 'with --disable: keep ineligible' }),
    enable: Flags.boolean({ summary: 'drain (the default)', hidden: true }),
    ...clientAccessFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NomadDrain);
    const request = drainRequest({
      ...flags,
      keepIneligible: flags['keep-ineligible'],
      ignoreSystem: flags['ignore-system'],
    });
    const { installation, signal } = this;
    const selector = clientSelector(flags);
    const access = await connectToClients(flags, {
      installation,
      names: argv.map(String),
      selected: flags.all || isSelective(selector),
      signal,
      note: (line) => this.output.note(line),
    });
    try {
      const { nomad, names, hosts } = access;
      const clients = await chooseClients(nomad, { names, selector, all: flags.all }, { signal });
      const targetFlags = `${targetFlagsOf(this.shared.chosen)}${access.targetFlags}`;
      const context = { nomad, clients, signal, all: flags.all, installation, targetFlags, hosts };
      if (request.kind === 'end') {
        await this.change(endDrainChange(context, request.keepIneligible), flags);
      } else {
        await this.change(await drainChange(context, request, flags['dry-run']), flags);
      }
    } finally {
      await access.close();
    }
  }
}
