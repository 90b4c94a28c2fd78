import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { sshChoice, sshFlags } from '../../lib/cli/flags/ssh-flags.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { splitAtDashes } from '../../lib/cli/pass-through.ts';
import { AdminError } from '../../lib/errors.ts';
import { findHosts } from '../../lib/nomad/ssh/find-hosts.ts';
import { findNomadCommands } from '../../lib/nomad/ssh/nomad-commands-in-line.ts';
import { readsOnly } from '../../lib/nomad/ssh/reading-commands.ts';
import { runOnClient } from '../../lib/nomad/ssh/run-on-client.ts';

/** `nomad ssh`: opens a shell, or runs one command, on a Nomad client. */
export class NomadSsh extends AdminCommand {
  static override summary = 'log in to a Nomad client, or run a command there';
  static override description =
    'Streams, terminal and exit code are passed through. Any command not known to be read-only is treated as a change: it asks for confirmation, and is refused on a read-only installation. Host keys are checked against known_hosts.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2',
    '<%= config.bin %> <%= command.id %> ip-10-0-1-2 -- docker ps',
    '<%= config.bin %> <%= command.id %> 4f2a -y --bastion ubuntu@bastion.example.com -- sudo reboot',
  ];
  static override strict = false;
  static override usage = 'NODE [FLAGS] [-- COMMAND...]';
  static override completes = { node: 'nodes' } as const;
  static override args = {
    node: Args.string({ description: 'ID, ID prefix, name, IP address or instance ID' }),
    command: Args.string({ description: 'command for the remote shell, after --' }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'do not ask for confirmation' }),
    confirm: Flags.string({
      summary: "installation's name, required if builds are killed",
      helpValue: 'NAME',
    }),
    tty: Flags.boolean({ char: 't', summary: 'allocate a terminal for COMMAND, like ssh -t' }),
    ...sshFlags,
  };

  async run(): Promise<void> {
    const { own, theirs } = splitAtDashes(this.argv);
    const { argv, flags } = await this.parse(NomadSsh, own);
    const target = oneTarget(argv.map(String));
    const words = theirs ?? [];
    const { signal, installation, runtime } = this;
    const [clientHost] = await findHosts({
      nomad: () => installation.nomad(),
      names: [target],
      signal,
      note: (line) => this.output.note(line),
    });
    if (!clientHost) return;
    const { host, node } = clientHost;
    const name = node?.name ?? host;
    const { kills, warnings, tokens } = findNomadCommands(words);
    for (const token of tokens) this.masker.add(token);
    await this.passThrough({
      command: ['ssh', name, ...words].join(' '),
      reading: readsOnly(words, { terminal: flags.tty }),
      yes: flags.yes,
      confirm: flags.confirm,
      kills,
      warnings,
      run: async () => {
        const { stdin, stdout, stderr } = runtime;
        return runOnClient(await installation.ssh(sshChoice(flags)), host, {
          command: words.length > 0 ? words.join(' ') : null,
          tty: flags.tty,
          terminalType: runtime.env['TERM'] ?? 'xterm',
          terminal: { stdin, stdout, stderr, sizes: (until) => runtime.sizes(until) },
          signal,
          onCut: () => this.output.note(`The command may still be running on ${name}.`),
        });
      },
    });
  }
}

function oneTarget(words: readonly string[]): string {
  const [target, ...more] = words;
  if (target === undefined) {
    throw new AdminError('usage', 'No client was named', {
      code: 'NO_CLIENT_NAMED',
      hint: 'List the clients: circleci-admin nomad node-status',
    });
  }
  if (more.length === 0) return target;
  throw new AdminError('usage', 'The command to run must come after --', {
    code: 'BAD_ARGUMENTS',
    hint: `Write: circleci-admin nomad ssh ${target} -- ${more.join(' ')}`,
  });
}
