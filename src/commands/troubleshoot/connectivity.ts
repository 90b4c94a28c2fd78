import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { type ClientSide, fromClients, fromServices } from '../../lib/cli/connectivity-sides.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { sshChoice, sshFlags } from '../../lib/cli/ssh-flags.ts';
import { examineSides, type Side } from '../../lib/connectivity/either-side.ts';
import { type Places, probesFor } from '../../lib/connectivity/probes.ts';
import { connectivityReport, connectivityTable } from '../../lib/connectivity/view.ts';
import { AdminError, EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';

type SshFlags = Parameters<typeof sshChoice>[0];

/** `troubleshoot connectivity`: what Nomad clients and services can reach, found out on the spot. */
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
    if (names.length > 0 && flags.from === 'services') throw namedWithServices();
    const from = flags.from ?? (names.length > 0 ? 'clients' : null);
    const catalogue = await readCatalogue(settings);
    const places: Places = {
      server: flags['server-domain'] ?? settings.host,
      baseDomain: flags['base-domain'] ?? settings.baseDomain,
      github: hostOf(flags.github ?? settings.github.host ?? 'github.com'),
      version: settings.version,
    };
    // What is written wrong is said before anything is asked.
    probesFor(places);
    const context = { installation, catalogue, places, signal };
    const sides: Side[] = [];
    if (from === 'clients' || from === 'all' || (from === null && this.#hasSsh(flags))) {
      const side: ClientSide = {
        ...context,
        names,
        ssh: sshChoice(flags),
        atOnce: flags.parallel,
        onDone: (done, all) => {
          if (runtime.stderr.isTTY) output.progress(`Checked from ${done} of ${all}`);
        },
      };
      sides.push({ name: 'clients', examine: () => fromClients(side) });
    } else if (from === null) output.note(NO_SSH);
    if (from !== 'clients') {
      sides.push({ name: 'services', examine: () => fromServices(context) });
    }
    let left = false;
    const results = await examineSides(sides, (side, { code, message }) => {
      const unset = from === null && code === 'NO_KUBECONFIG';
      left ||= !unset;
      if (unset) output.note(`Services are skipped: ${message}`);
      else output.warn(`No results from ${side}: ${message}`);
    });
    const report = connectivityReport(installation.name, results);
    await output.table(connectivityTable(report), report);
    if (report.summary.failed > 0) this.exitWith(EXIT_CODES.findings);
    if (left) this.exitWith(EXIT_CODES.partial);
  }

  /** Whether somebody has said how clients are logged in on. */
  #hasSsh(flags: SshFlags): boolean {
    const { keyFile, bastion } = this.installation.settings.ssh;
    const said = [keyFile, bastion, flags['ssh-key'], flags.bastion];
    return said.some(Boolean) || Boolean(this.runtime.env['SSH_AUTH_SOCK']);
  }
}

const NO_SSH =
  'Clients are skipped: SSH is not configured. Set ssh.keyFile or ssh.bastion in the profile, or use --from clients.';

function namedWithServices(): AdminError {
  return new AdminError('usage', 'NODE cannot be used together with --from services', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Remove NODE, or remove --from services.',
  });
}

/** Profiles, `GITHUB_API_URL` and people may have a scheme and a path. What is no URL stays as it is. */
function hostOf(text: string): string {
  return URL.parse(text.includes('://') ? text : `https://${text}`)?.hostname || text;
}
