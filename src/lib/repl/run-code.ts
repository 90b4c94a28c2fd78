import type { EvaluateOptions, ReplSession } from '../server/nrepl/client.ts';

/** Receives the output of an evaluation as it arrives. */
export interface ReplSink {
  /** The standard output of the code, including line ends. */
  out(text: string): Promise<void>;
  /** The error output of the code, including line ends. */
  err(text: string): Promise<void>;
  /** The printed value of a form. */
  value(text: string): Promise<void>;
}

/** The result of an evaluation. */
export interface Evaluation {
  readonly values: readonly string[];
  readonly out: string;
  readonly err: string;
  /** Class of the root cause of an exception; null if there was none. */
  readonly exception: string | null;
  readonly interrupted: boolean;
  /** The current namespace of the session; null if no form returned a value. */
  readonly namespace: string | null;
}

/** A sink that discards everything, for callers that only need the result. */
export const DISCARD: ReplSink = {
  out: async () => undefined,
  err: async () => undefined,
  value: async () => undefined,
};

/**
 * Evaluates code and passes its output to the sink in order.
 *
 * @throws AdminError like {@link ReplSession}
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
        // Old servers do not always print the exception.
        if (texts.err === '') await sink.err(`${exception}\n`);
        break;
      case 'done':
        ({ interrupted } = event);
        break;
    }
  }
  return { values, ...texts, exception, interrupted, namespace };
}
