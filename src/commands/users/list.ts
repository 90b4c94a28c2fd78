import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { inactiveFlag } from '../../lib/cli/flags/account-flags.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { readActivity } from '../../lib/users/activity.ts';
import { accountRows, isSelective, selectAccounts } from '../../lib/users/list.ts';
import { ACCOUNT_STATES, accountState } from '../../lib/users/state.ts';
import { accountListView, loginsView } from '../../lib/users/view.ts';

/** `users list`: lists the accounts by state, with the same states as the web page. */
export class UsersList extends AdminCommand {
  static override summary = 'list the accounts and their states';
  static override description =
    'Only Active accounts take a seat. --inactive-for also reads the builds, because many people build without signing in; an account with unknown activity is listed as unknown.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --state suspended-new --columns login',
    '<%= config.bin %> <%= command.id %> --inactive-for 90d -o csv',
    "<%= config.bin %> <%= command.id %> --match 'acme-*' --json",
  ];
  static override flags = {
    state: Flags.option({
      summary: 'only accounts in this state',
      options: [...ACCOUNT_STATES, 'unknown'] as const,
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      helpGroup: 'select',
    })(),
    admin: Flags.boolean({ summary: 'only administrators', helpGroup: 'select' }),
    match: Flags.string({
      summary: 'only logins that match (* and ?), or text in login, name or e-mail',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'select',
    }),
    'inactive-for': inactiveFlag,
    source: Flags.option({
      summary: "rest, or repl: logins only, from the frontend's nREPL (default rest)",
      options: ['rest', 'repl'] as const,
      default: 'rest' as const,
    })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(UsersList);
    if (flags.source === 'repl') return this.#byRepl();
    const selector = { states: flags.state ?? [], admin: flags.admin, match: flags.match ?? [] };
    const api = await this.installation.admin();
    const { signal } = this;
    const all = await api.accounts(signal);
    const chosen = selectAccounts(all, selector);
    const states = all.map((account) => ({ state: accountState(account) }));
    const inactiveFor = flags['inactive-for'];
    if (inactiveFor === undefined) {
      const rows = accountRows(chosen);
      const view = accountListView(rows, states, { selected: isSelective(selector) });
      return this.output.table(view, { accounts: rows });
    }
    const { clock } = this.installation;
    const onProgress = (seen: number): void =>
      this.output.progress(`Reading builds: ${seen} so far`);
    const report = await readActivity(api, chosen, { clock, inactiveFor, signal, onProgress });
    const quiet = chosen.filter(({ login }) => report.byLogin.get(login)?.activity !== 'active');
    const rows = accountRows(quiet, report.byLogin);
    const notes =
      report.doubt === null ? [] : [`Activity by builds is not certain: ${report.doubt}.`];
    const view = accountListView(rows, states, { selected: true, notes });
    await this.output.table(view, { accounts: rows });
  }
  /** Reads the logins through the frontend's nREPL, as described in the operations guide. */
  async #byRepl(): Promise<void> {
    const { withRepl } = await import('../../lib/server/nrepl/open-repl.ts');
    const { loginsByRepl } = await import('../../lib/server/nrepl/users-by-repl.ts');
    const { clock, settings } = this.installation;
    const { signal } = this;
    const { requestTimeout } = settings;
    const repl = { ...settings.repl, requestTimeout, clock, signal };
    const kubernetes = await this.installation.kubernetes();
    const logins = await withRepl(kubernetes, repl, (session) => loginsByRepl(session, { signal }));
    await this.output.table(loginsView(logins), { accounts: logins.map((login) => ({ login })) });
  }
}
