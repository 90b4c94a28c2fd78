import { MutatingCommand } from '../../lib/cli/bases/mutating-command.ts';
import { deleteUserChange } from '../../lib/cli/changes/delete-user-change.ts';
import { Args, durationFlag } from '../../lib/cli/oclif.ts';
import { replOf } from '../../lib/cli/repl/frontend-repl.ts';
import { codeSafeLogin } from '../../lib/server/nrepl/users-by-repl.ts';

/** `users delete`: deletes an account through the nREPL, as described in the operations guide. */
export class UsersDelete extends MutatingCommand {
  static override summary = 'delete an account permanently';
  static override description =
    "Runs the operations guide's Clojure form in the frontend's nREPL, and then checks that the account is gone. You must type the login, or give it with --confirm; --yes is not enough. Suspending also frees the seat, and can be undone.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> octocat --dry-run',
    '<%= config.bin %> <%= command.id %> octocat',
    '<%= config.bin %> <%= command.id %> octocat --confirm octocat',
  ];
  static override args = {
    login: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'GitHub login',
    }),
  };
  static override flags = {
    timeout: durationFlag({ summary: 'time limit for each step of the frontend (default 2m)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UsersDelete);
    // Checked before connecting: only a valid login may be inserted into the Clojure code.
    const login = codeSafeLogin(args.login);
    const { installation, signal } = this;
    const { host, server } = installation.settings;
    const known = host !== null && server.token !== null;
    const timeoutMs = flags.timeout ?? 120_000;
    // Planned in a callback, so that the nREPL is opened only if the guards allow the change.
    await this.change(async () => {
      const admin = known ? await installation.admin() : null;
      const sources = { repl: replOf(installation), admin, signal, timeoutMs };
      return deleteUserChange(login, sources, installation);
    }, flags);
  }
}
