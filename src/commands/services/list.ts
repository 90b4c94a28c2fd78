import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { listServices } from '../../lib/services/list.ts';
import { serviceListView } from '../../lib/services/view.ts';

/** `services list`: lists the services, their state, and the impact of an outage. */
export class ServicesList extends AdminCommand {
  static override summary = 'list the services, worst outage first';
  static override description =
    "The operations guide's table of services, with the state of each. A service that is external, or only runs at start-up, is not an outage. To adapt the table: services.file and services.external in the profile.";
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -o wide',
    '<%= config.bin %> <%= command.id %> --check --json',
  ];
  static override flags = {
    all: Flags.boolean({ summary: 'include optional services that are not installed' }),
    check: Flags.boolean({ summary: 'exit 9 if a service is out' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServicesList);
    const { settings } = this.installation;
    const catalogue = await readCatalogue(settings);
    const client = await this.installation.kubernetes();
    const context = { catalogue, version: settings.version, signal: this.signal };
    const list = await listServices(client, flags, context);
    await this.output.table(serviceListView(list), list);
    if (flags.check && list.summary.outages > 0) this.exitWith(EXIT_CODES.findings);
  }
}
