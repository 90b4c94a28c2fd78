import { AdminError } from '../../errors.ts';
import type { EvaluateOptions, ReplSession } from './client.ts';
import { type Edn, EdnError, parseEdn } from './edn.ts';

/** The maximum number of characters of a response in an error message. */
const EXCERPT = 300;

/**
 * Evaluates one form and parses its value.
 *
 * @throws AdminError of kind `service`, code REPL_ERROR if the form threw, REPL_SURPRISE if its
 *   value cannot be parsed, or like {@link ReplSession}
 */
export async function readValue(
  session: ReplSession,
  form: string,
  options: EvaluateOptions = {},
): Promise<Edn> {
  const values: string[] = [];
  let errors = '';
  let exception: string | null = null;
  for await (const event of session.evaluate(form, options)) {
    if (event.type === 'value') values.push(event.text);
    else if (event.type === 'err') errors += event.text;
    else if (event.type === 'exception') exception = event.root ?? event.exception ?? 'unknown';
    else if (event.type === 'done' && event.interrupted) throw interrupted();
  }
  if (exception !== null) throw evaluationFailed(form, errors.trim() || exception);
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) {
    throw unreadable(form, `${values.length} values`, values.join(' '));
  }
  try {
    return parseEdn(value);
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    throw unreadable(form, error.message, value);
  }
}

/** Creates the error for a value of an unexpected shape. */
export function unreadable(form: string, why: string, value: string): AdminError {
  return new AdminError(
    'service',
    `Unexpected response of the frontend to ${form}: ${excerpt(value)} (${why})`,
    {
      code: 'REPL_SURPRISE',
      hint: 'This version of the server may respond differently. To try it yourself: circleci-admin repl',
    },
  );
}

function evaluationFailed(form: string, message: string): AdminError {
  return new AdminError('service', `The frontend could not evaluate ${form}: ${excerpt(message)}`, {
    code: 'REPL_ERROR',
    hint: "Check the frontend's log: kubectl logs -l app=frontend --tail=200",
  });
}

function interrupted(): AdminError {
  return new AdminError('refused', 'Interrupted before the frontend responded', {
    code: 'CANCELLED',
    hint: 'The code may have run. Check its effect before you run it again.',
  });
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)} ...` : line;
}
