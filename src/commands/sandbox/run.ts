import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { sandboxFlags, sandboxOptions } from '../../lib/cli/flags/sandbox-flags.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { splitAtDashes } from '../../lib/cli/pass-through.ts';
import { AdminError } from '../../lib/errors.ts';

/** `sandbox run`: runs one command against a new sandbox. */
export class SandboxRun extends SandboxCommand {
  static override summary = 'run one command against a fresh sandbox';
  static override description =
    'COMMAND is a command of circleci-admin, or with --exec any program. Exits with its exit code; the ' +
    'sandbox stops when it ends.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> -- nomad node-status',
    '<%= config.bin %> <%= command.id %> --scenario too-large -- nomad status --json',
    '<%= config.bin %> <%= command.id %> --exec -- kubectl get pods',
  ];
  static override strict = false;
  static override usage = '[FLAGS] -- COMMAND...';
  static override flags = {
    ...sandboxFlags,
    exec: Flags.boolean({ summary: 'COMMAND is a program, not a command of circleci-admin' }),
  };

  async run(): Promise<void> {
    const { own, theirs } = splitAtDashes(this.argv);
    const { flags, argv } = await this.parse(SandboxRun, own);
    const words = [...(argv as string[]), ...(theirs ?? [])];
    if (words.length === 0) {
      throw new AdminError('usage', 'No command was given', {
        code: 'NOTHING_TO_RUN',
        hint: 'Run: circleci-admin sandbox run -- nomad node-status',
      });
    }
    const { self, env, cwd, stdin } = this.runtime;
    const program = {
      words: flags.exec ? words : [...self, ...withoutOurName(words)],
      env,
      cwd,
      onTerminal: stdin.isTTY,
    };
    const { runInside } = await import('../../lib/sandbox/run-inside.ts');
    this.exitWith(await runInside(program, sandboxOptions(flags), this.signal));
  }
}

/** Removes the program's name from a pasted command line such as `circleci-admin nomad status`. */
function withoutOurName(words: readonly string[]): readonly string[] {
  if (words[0] === 'circleci-admin') return words.slice(1);
  if (words[0] === 'circleci' && words[1] === 'admin') return words.slice(2);
  return words;
}
