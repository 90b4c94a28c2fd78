import { text } from 'node:stream/consumers';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args, durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { frontendRepl } from '../../lib/cli/repl/frontend-repl.ts';
import { replSink, replWarning } from '../../lib/cli/repl/repl-terminal.ts';
import { AdminError, EXIT_CODES } from '../../lib/errors.ts';
import { formState } from '../../lib/repl/form-balance.ts';
import { DISCARD, runCode } from '../../lib/repl/run-code.ts';
import { withRepl } from '../../lib/server/nrepl/open-repl.ts';

/** `repl eval`: evaluates Clojure in the frontend. */
export class ReplEval extends AdminCommand {
  static override summary = "evaluate Clojure inside the server's frontend";
  static override description =
    'Values and printed text go to standard output, errors to standard error. Exits 1 on an exception; the forms after it are still evaluated, as nREPL does. It is treated as a change: it asks for confirmation, and is refused on a read-only installation.';
  static override examples = [
    "<%= config.bin %> <%= command.id %> '(+ 1 2)'",
    "<%= config.bin %> <%= command.id %> --yes --json '(circle.model.user/where {} :only [:login])'",
    '<%= config.bin %> <%= command.id %> --yes --timeout 10m - < forms.clj',
  ];
  static override args = {
    code: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'forms, or - to read them from standard input',
    }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'do not ask for confirmation' }),
    timeout: durationFlag({ summary: 'interrupt the evaluation after this time' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReplEval);
    const code = args.code === '-' ? await text(this.runtime.stdin.stream) : args.code;
    const state = formState(code);
    if (state !== 'whole') throw notWhole(state);
    if (!this.output.structured) this.output.warn(replWarning(this.installation.name));
    await this.passThrough({
      command: `repl eval ${code.trim()}`,
      reading: false,
      yes: flags.yes,
      run: () => this.#evaluate(code, flags.timeout),
    });
  }

  async #evaluate(code: string, timeoutMs: number | undefined): Promise<number> {
    const { installation, output, signal } = this;
    const sink = output.structured ? DISCARD : replSink(this.runtime, this.masker);
    const options = { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const evaluation = await withRepl(
      await installation.kubernetes(),
      frontendRepl(installation, signal),
      (session) => runCode(session, code, sink, options),
    );
    if (output.structured) await output.detail({ blocks: [] }, evaluation);
    if (!evaluation.interrupted) return evaluation.exception === null ? 0 : EXIT_CODES.failed;
    output.talk('Interrupted. What it did before that is not undone.');
    return EXIT_CODES.refused;
  }
}

function notWhole(state: 'open' | 'blank'): AdminError {
  const what = state === 'open' ? 'an unclosed form' : 'no form to evaluate';
  return new AdminError('usage', `The code has ${what}`, {
    code: 'FORM_NOT_WHOLE',
    hint: "Write it between single quotes: circleci-admin repl eval '(+ 1 2)'",
  });
}
