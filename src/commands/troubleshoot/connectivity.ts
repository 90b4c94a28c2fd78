import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { isSshSet, sshChoice, sshFlags } from '../../lib/cli/flags/ssh-flags.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { fromClients, fromServices } from '../../lib/cli/troubleshoot/connectivity-sources.ts';
import { chooseSources } from '../../lib/connectivity/choose-sources.ts';
import { examineSources } from '../../lib/connectivity/examine-sources.ts';
import { hostOf, type InstallationHosts, probesFor } from '../../lib/connectivity/probes.ts';
import { connectivityReport, connectivityTable } from '../../lib/connectivity/view.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';

/** `troubleshoot connectivity`: checks what Nomad clients and services can reach, from there. */
export class TroubleshootConnectivity extends AdminCommand {
  static override summary = 'check the connections that Nomad clients and services need';
  static override description =
    'Logs in by SSH to every client that is up, or only to those you name, and checks port 8585 of the output-processor as the operations guide does, the server, GitHub and DNS. Runs in one ready pod of each service by exec: Nomad, the data stores, GitHub. Exits 9 if something cannot be reached.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from services',
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2 --base-domain prod.circleci.internal',
    '<%= config.bin %> <%= command.id %> --bastion ubuntu@bastion.example.com --json',
  ];
  static override strict = false;
  static override completes = { node: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'ID, ID prefix, name, IP address or instance ID' }),
  };
  static override flags = {
    from: Flags.option({
      summary: 'where to test from (default: everything configured)',
      options: ['clients', 'services', 'all'] as const,
    })(),
    'base-domain': Flags.string({
      summary: "internal base domain (default: profile, else schedulerer's log)",
      helpValue: 'DOMAIN',
    }),
    'server-domain': Flags.string({
      summary: "server's host (default: profile)",
      helpValue: 'HOST',
    }),
    github: Flags.string({
      summary: 'host of GitHub (default: profile, else github.com)',
      helpValue: 'HOST',
    }),
    parallel: Flags.integer({
      summary: 'number of clients to check at once (default 10)',
      min: 1,
      max: 50,
      default: 10,
    }),
    ...sshFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(TroubleshootConnectivity);
    const { installation, output, signal, runtime } = this;
    const { settings } = installation;
    const names = argv.map(String);
    const hasSsh = isSshSet(flags, settings, runtime.env);
    const chosen = chooseSources({ from: flags.from ?? null, named: names.length > 0, hasSsh });
    const catalogue = await readCatalogue(settings);
    const hosts: InstallationHosts = {
      server: flags['server-domain'] ?? settings.host,
      baseDomain: flags['base-domain'] ?? settings.baseDomain,
      github: hostOf(flags.github ?? settings.github.host ?? 'github.com'),
      version: settings.version,
    };
    // Called first, so that invalid names are reported before any connection is opened.
    probesFor(hosts);
    if (chosen.skipped !== null) output.note(chosen.skipped);
    const context = { installation, catalogue, hosts, signal };
    const onDone = (done: number, all: number): void => {
      if (runtime.stderr.isTTY) output.progress(`Checked from ${done} of ${all}`);
    };
    const clients = { ...context, names, ssh: sshChoice(flags), atOnce: flags.parallel, onDone };
    const examine = { clients: () => fromClients(clients), services: () => fromServices(context) };
    const sources = chosen.sources.map((name) => ({ name, examine: examine[name] }));
    let incomplete = false;
    const results = await examineSources(sources, (source, { code, message }) => {
      const notConfigured = !chosen.explicit && code === 'NO_KUBECONFIG';
      incomplete ||= !notConfigured;
      if (notConfigured) output.note(`Services are skipped: ${message}`);
      else output.warn(`No results from ${source}: ${message}`);
    });
    const report = connectivityReport(installation.name, results);
    await output.table(connectivityTable(report), report);
    if (report.summary.failed > 0) this.exitWith(EXIT_CODES.findings);
    if (incomplete) this.exitWith(EXIT_CODES.partial);
  }
}
