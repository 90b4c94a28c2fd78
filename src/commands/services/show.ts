import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { targetFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { showService } from '../../lib/services/list.ts';
import { serviceDetailView } from '../../lib/services/view.ts';

/** `services show`: shows a service, its pods, and the services that depend on it. */
export class ServicesShow extends AdminCommand {
  static override summary = 'show a service: its role, its pods, and what depends on it';
  static override examples = [
    '<%= config.bin %> <%= command.id %> output-processor',
    '<%= config.bin %> <%= command.id %> schedulerer --json',
  ];
  static override args = {
    name: Args.string({ description: 'name of the service, in any version', required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(ServicesShow);
    const { settings, clock } = this.installation;
    const catalogue = await readCatalogue(settings);
    const client = await this.installation.kubernetes();
    const now = clock.now();
    const context = { catalogue, version: settings.version, signal: this.signal, now };
    const detail = await showService(client, args.name, context);
    const targetFlags = targetFlagsOf(this.shared.chosen);
    await this.output.detail(serviceDetailView(detail, { now, targetFlags }), detail);
  }
}
