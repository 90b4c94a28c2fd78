import type { EvaluateOptions, ReplSession } from '../server/nrepl/client.ts';

/** Where the text that an evaluation brings forth goes, as it comes. */
export interface ReplSink {
  /** What the code prints, line ends included. */
  out(text: string): Promise<void>;
  /** What it complains, line ends included. */
  err(text: string): Promise<void>;
  /** The printed value of a form. */
  value(text: string): Promise<void>;
}

/** How an evaluation ended. */
export interface Evaluation {
  readonly values: readonly string[];
  readonly out: string;
  readonly err: string;
  /** Class of what was at the bottom of an exception; null where nothing was thrown. */
  readonly exception: string | null;
  readonly interrupted: boolean;
  /** Namespace that the session is in now; null where no form had a value. */
  readonly namespace: string | null;
}

/** A sink for those who want the whole at the end only. */
export const NOWHERE: ReplSink = {
  out: async () => undefined,
  err: async () => undefined,
  value: async () => undefined,
};

/**
 * Evaluates code and hands out what comes, in its order.
 *
 * @throws AdminError as {@link ReplSession} says
 */
export async function runCode(
  session: ReplSession,
  code: string,
  sink: ReplSink,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const values: string[] = [];
  const texts = { out: '', err: '' };
  let exception: string | null = null;
  let namespace: string | null = null;
  let interrupted = false;
  for await (const event of session.evaluate(code, options)) {
    switch (event.type) {
      case 'value':
        values.push(event.text);
        namespace = event.namespace ?? namespace;
        await sink.value(event.text);
        break;
      case 'out':
      case 'err':
        texts[event.type] += event.text;
        await sink[event.type](event.text);
        break;
      case 'exception':
        exception = event.root ?? event.exception ?? 'an exception';
        // Old servers do not always print it.
        if (texts.err === '') await sink.err(`${exception}\n`);
        break;
      case 'done':
        ({ interrupted } = event);
        break;
    }
  }
  return { values, ...texts, exception, interrupted, namespace };
}
