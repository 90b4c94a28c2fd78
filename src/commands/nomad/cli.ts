import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { splitAtDashes } from '../../lib/cli/pass-through.ts';
import { AdminError } from '../../lib/errors.ts';
import { nomadCliDanger } from '../../lib/nomad/exec/nomad-cli-danger.ts';
import { readsOnly, tokensIn } from '../../lib/nomad/exec/nomad-cli-reading.ts';
import { runNomadCli } from '../../lib/nomad/exec/run-nomad-cli.ts';

/** `nomad cli`: runs the nomad CLI in the pod of the Nomad server. */
export class NomadCli extends AdminCommand {
  static override summary = "run the nomad CLI in the Nomad server's pod";
  static override description =
    'Streams, terminal and exit code are passed through. Any command not known to be read-only is treated as a change: it asks for confirmation, and is refused on a read-only installation.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> -- server members',
    '<%= config.bin %> <%= command.id %> -- node status -verbose',
    '<%= config.bin %> <%= command.id %> --yes -- system gc',
  ];
  static override strict = false;
  static override usage = '[FLAGS] -- ARGS...';
  static override args = {
    args: Args.string({ description: 'arguments for nomad, after --' }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'do not ask for confirmation' }),
    confirm: Flags.string({
      summary: "installation's name, required if builds are killed",
      helpValue: 'NAME',
    }),
  };

  async run(): Promise<void> {
    const { own, theirs } = splitAtDashes(this.argv);
    const { argv, flags } = await this.parse(NomadCli, own);
    if (theirs === null && argv.length > 0) {
      throw new AdminError('usage', 'The arguments for nomad must come after --', {
        code: 'BAD_ARGUMENTS',
        hint: `Write: circleci-admin nomad cli -- ${argv.join(' ')}`,
      });
    }
    const args = theirs ?? [];
    for (const token of tokensIn(args)) this.masker.add(token);
    await this.passThrough({
      command: ['nomad', ...args].join(' '),
      reading: readsOnly(args),
      yes: flags.yes,
      confirm: flags.confirm,
      ...nomadCliDanger(args),
      run: async () => {
        const { stdin, stdout, stderr } = this.runtime;
        const { pod, podNamed } = this.installation.settings.nomad;
        return runNomadCli(await this.installation.kubernetes(), {
          pod,
          podNamed,
          args,
          terminal: { stdin, stdout, stderr, sizes: (signal) => this.runtime.sizes(signal) },
          signal: this.signal,
        });
      },
    });
  }
}
