import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { listServices } from '../../lib/services/list.ts';
import { serviceListView } from '../../lib/services/view.ts';

/** `services list`: what runs, and what each outage means. */
export class ServicesList extends AdminCommand {
  static override summary = 'list the services, the worst outage first';
  static override description =
    "The operations guide's table joined with what runs. A service that runs outside of the cluster, or at start-up only, is no outage. The profile's services.file and services.external say what is different here.";
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -o wide',
    '<%= config.bin %> <%= command.id %> --check --json',
  ];
  static override flags = {
    all: Flags.boolean({ summary: 'also those that are not there and do not have to be' }),
    check: Flags.boolean({ summary: 'end with 9 where a service is out' }),
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
