import { join } from 'node:path';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { frontendRepl } from '../../lib/cli/repl/frontend-repl.ts';
import { promptStream, replSink, replWarning } from '../../lib/cli/repl/repl-terminal.ts';
import { AdminError } from '../../lib/errors.ts';
import { NO_HISTORY, openHistory } from '../../lib/repl/history.ts';
import { interact } from '../../lib/repl/interactive.ts';
import type { ReplSession } from '../../lib/server/nrepl/client.ts';
import { openRepl } from '../../lib/server/nrepl/open-repl.ts';

/** `repl`: opens an interactive Clojure session in the frontend. */
export class Repl extends AdminCommand {
  static override summary = "open a Clojure session inside the server's frontend";
  static override description =
    "Connects to the nREPL of the frontend's pod through the Kubernetes API. A form may span several lines. Ctrl-C interrupts an evaluation, Ctrl-D exits. Lines that start with a space are not kept in the history. It is treated as a change: it asks for confirmation, and is refused on a read-only installation. For one form: circleci-admin repl eval.";
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --no-history',
    '<%= config.bin %> <%= command.id %> --yes < forms.clj',
  ];
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'do not ask for confirmation' }),
    history: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'keep a history of lines for the arrow keys',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Repl);
    const { installation, output } = this;
    if (!output.structured) output.warn(replWarning(installation.name));
    await this.passThrough({
      command: 'repl',
      reading: false,
      yes: flags.yes,
      run: async () => {
        const repl = frontendRepl(installation, this.signal);
        const { pod, session } = await openRepl(await installation.kubernetes(), repl);
        try {
          return await this.#talk(session, pod, flags.history);
        } finally {
          await session.close();
        }
      },
    });
  }

  async #talk(session: ReplSession, pod: string, keeps: boolean): Promise<number> {
    const { runtime, masker, signal } = this;
    const { stdin, stderr } = runtime;
    const isTTY = stdin.isTTY && stderr.isTTY;
    if (isTTY) this.output.note(`Connected to the nREPL of pod ${pod}. Ctrl-D exits.`);
    const path = join(this.config.dataDir, 'repl-history');
    const { failed, unfinished } = await interact(session, {
      input: stdin.stream,
      output: promptStream(stderr),
      isTTY,
      history: isTTY && keeps ? await openHistory(path, masker) : NO_HISTORY,
      sink: replSink(runtime, masker),
      signal,
    });
    if (isTTY) return 0;
    if (unfinished.trim() !== '') throw notWhole(unfinished);
    return failed > 0 ? 1 : 0;
  }
}

function notWhole(text: string): AdminError {
  const [first = ''] = text.trim().split('\n');
  return new AdminError('usage', `The input ends inside a form: ${first.slice(0, 80)}`, {
    code: 'FORM_NOT_WHOLE',
    hint: 'This form was not evaluated; the forms before it were.',
  });
}
