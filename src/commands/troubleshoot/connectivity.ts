import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { sshChoice, sshFlags } from '../../lib/cli/ssh-flags.ts';
import { examineClients } from '../../lib/connectivity/examine.ts';
import { probesFor } from '../../lib/connectivity/probes.ts';
import { connectivityReport, connectivityTable } from '../../lib/connectivity/view.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { collect } from '../../lib/nomad/collect.ts';
import { resolveNodes } from '../../lib/nomad/nodes/find-node.ts';

/** `troubleshoot connectivity`: what Nomad clients can reach, found out on the clients. */
export class TroubleshootConnectivity extends AdminCommand {
  static override summary = 'check from Nomad clients what they have to reach';
  static override description =
    'Logs in on the clients by SSH, all that are not down unless some are named. Checks port 8585 of the output-processor as the operations guide does, the server, GitHub and the DNS. Exits 9 where something cannot be reached.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2 --base-domain prod.circleci.internal',
    '<%= config.bin %> <%= command.id %> --bastion ubuntu@bastion.example.com --json',
  ];
  static override strict = false;
  static override completes = { node: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'id, prefix of it, name, IP address or instance id' }),
  };
  static override flags = {
    'base-domain': Flags.string({ summary: 'of internal names', helpValue: 'DOMAIN' }),
    'server-domain': Flags.string({ summary: "the server's host", helpValue: 'HOST' }),
    github: Flags.string({ summary: 'host of GitHub', helpValue: 'HOST' }),
    parallel: Flags.integer({ summary: 'clients at once', min: 1, max: 50, default: 10 }),
    ...sshFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(TroubleshootConnectivity);
    const { installation, output, runtime, signal } = this;
    const { settings } = installation;
    const probes = probesFor({
      server: flags['server-domain'] ?? settings.host,
      baseDomain: flags['base-domain'] ?? settings.baseDomain,
      github: flags.github ?? hostOf(settings.github.host) ?? 'github.com',
      version: settings.version,
    });
    const nomad = await installation.nomad();
    const clients =
      argv.length > 0
        ? await resolveNodes(nomad, argv.map(String), { signal })
        : (await collect(nomad.nodes({ signal }))).filter(({ status }) => status !== 'down');
    const results = await examineClients(clients, probes, {
      ssh: await installation.ssh(sshChoice(flags)),
      signal,
      atOnce: flags.parallel,
      onDone: (done) => {
        if (runtime.stderr.isTTY) output.progress(`Checked from ${done} of ${clients.length}`);
      },
    });
    const report = connectivityReport(installation.name, results);
    await output.table(connectivityTable(report), report);
    if (report.summary.failed > 0) this.exitWith(EXIT_CODES.findings);
  }
}

/** `GITHUB_API_URL` and profiles may have a scheme and a path. */
function hostOf(text: string | null): string | null {
  if (text === null) return null;
  return new URL(text.includes('://') ? text : `https://${text}`).hostname;
}
