import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { clientAccessFlags, connectToClients } from '../../lib/cli/flags/client-access-flags.ts';
import { clientSelector, clientSelectorFlags } from '../../lib/cli/flags/client-selector-flags.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { AdminError } from '../../lib/errors.ts';
import type { NomadClient } from '../../lib/nomad/client.ts';
import { isSelective, type NodeSelector } from '../../lib/nomad/nodes/select-nodes.ts';

/** `nomad node-status`: lists the clients and their capacity, or shows one client in detail. */
export class NomadNodeStatus extends AdminCommand {
  static override summary = 'show the Nomad clients and their free capacity';
  static override description =
    'With NODE: its builds, events, resources and instance. A client accepts builds when it is ready (the operations guide says active), eligible and not draining.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --status down --status draining',
    '<%= config.bin %> <%= command.id %> --idle --json',
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2',
    '<%= config.bin %> <%= command.id %> --via ssh 10.0.1.2 --bastion ubuntu@bastion.example.com',
  ];
  static override aliases = ['nomad node status'];
  static override completes = { node: 'nodes', name: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'ID, ID prefix, name, IP address or instance ID' }),
  };
  static override flags = { ...clientSelectorFlags, ...clientAccessFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NomadNodeStatus);
    const selector = clientSelector(flags);
    if (args.node !== undefined && isSelective(selector)) {
      throw new AdminError('usage', 'NODE cannot be used together with selectors', {
        code: 'BAD_FLAGS',
        hint: 'Remove NODE, or remove --status, --idle, --class, --name and --nomad-version.',
      });
    }
    const access = await connectToClients(flags, {
      installation: this.installation,
      names: args.node === undefined ? [] : [args.node],
      selected: isSelective(selector),
      signal: this.signal,
      note: (line) => this.output.note(line),
    });
    try {
      const [target] = access.names;
      if (target === undefined) await this.#list(access.nomad, selector);
      else await this.#one(access.nomad, target);
    } finally {
      await access.close();
    }
  }

  async #list(nomad: NomadClient, selector: NodeSelector): Promise<void> {
    const { readFleet } = await import('../../lib/nomad/nodes/node-status.ts');
    const { fleetDocument, fleetView } = await import('../../lib/nomad/nodes/node-status-view.ts');
    const fleet = await readFleet(nomad, selector, { signal: this.signal });
    await this.output.table(fleetView(fleet), fleetDocument(fleet));
  }

  async #one(nomad: NomadClient, target: string): Promise<void> {
    const { resolveNodes } = await import('../../lib/nomad/nodes/find-node.ts');
    const { readClient } = await import('../../lib/nomad/nodes/node-detail.ts');
    const { clientView } = await import('../../lib/nomad/nodes/node-detail-view.ts');
    const { signal } = this;
    for (const node of await resolveNodes(nomad, [target], { signal })) {
      const report = await readClient(nomad, node.id, { signal });
      await this.output.detail(clientView(report, this.installation.clock.now()), report);
    }
  }
}
