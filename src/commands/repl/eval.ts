import { text } from 'node:stream/consumers';
import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { frontendRepl } from '../../lib/cli/frontend-repl.ts';
import { Args, durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { replSink, replWarning } from '../../lib/cli/repl-terminal.ts';
import { AdminError, EXIT_CODES } from '../../lib/errors.ts';
import { formState } from '../../lib/repl/form-balance.ts';
import { NOWHERE, runCode } from '../../lib/repl/run-code.ts';
import { withRepl } from '../../lib/server/nrepl/open-repl.ts';

/** `repl eval`: evaluates Clojure inside the frontend. */
export class ReplEval extends AdminCommand {
  static override summary = "evaluate Clojure inside the server's frontend";
  static override description =
    'Values and what is printed go to standard output, complaints to standard error. An exception ends with 1; the forms after it are evaluated all the same, as nREPL does. It counts as a change: it asks first, and a read-only installation refuses it.';
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
    yes: Flags.boolean({ char: 'y', summary: 'do not ask' }),
    timeout: durationFlag({ summary: 'interrupt the evaluation after so long' }),
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
    const sink = output.structured ? NOWHERE : replSink(this.runtime, this.masker);
    const options = { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const evaluation = await withRepl(
      await installation.kubernetes(),
      frontendRepl(installation, signal),
      (session) => runCode(session, code, sink, options),
    );
    if (output.structured) await output.detail({ blocks: [] }, evaluation);
    if (!evaluation.interrupted) return evaluation.exception === null ? 0 : EXIT_CODES.failed;
    output.talk('Interrupted. What it did until then is done.');
    return EXIT_CODES.refused;
  }
}

function notWhole(state: 'open' | 'blank'): AdminError {
  const what = state === 'open' ? 'a form that is not closed' : 'no form';
  return new AdminError('usage', `the code holds ${what}`, {
    code: 'FORM_NOT_WHOLE',
    hint: "Write it between single quotes: circleci-admin repl eval '(+ 1 2)'",
  });
}
