import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ReplSession } from '../server/nrepl/client.ts';
import { formState } from './form-balance.ts';
import type { ReplHistory } from './history.ts';
import { type ReplSink, runCode } from './run-code.ts';

/** The terminal or pipe that the forms are read from. */
export interface ReplTerminal {
  readonly input: Readable;
  /** Receives prompts and the echo of typed text. */
  readonly output: Writable;
  readonly isTTY: boolean;
  readonly history: ReplHistory;
  readonly sink: ReplSink;
  /** Aborting ends the session. */
  readonly signal: AbortSignal;
}

/** The result of an interactive session. */
export interface ReplEnd {
  /** Number of evaluations that threw or were interrupted. */
  readonly failed: number;
  /** Text that still lacked a closing bracket at the end of the input. */
  readonly unfinished: string;
}

/** Leaves the session, as in `lein repl`. The server would report an error, or terminate. */
const LEAVE = /^\s*(?:\(?(?:exit|quit)\)?|:repl\/quit)\s*$/;

/**
 * Reads forms, evaluates them and prints the output, until the input ends. On a terminal, Ctrl-C
 * interrupts the evaluation or discards the typed text; Ctrl-D leaves.
 *
 * @throws AdminError like {@link ReplSession}, if the connection is lost
 */
export async function interact(session: ReplSession, terminal: ReplTerminal): Promise<ReplEnd> {
  const { input, output, isTTY, history, signal } = terminal;
  const lines = createInterface({
    input,
    ...(isTTY ? { output } : {}),
    terminal: isTTY,
    history: history.lines.toReversed(),
    historySize: 1_000,
    removeHistoryDuplicates: true,
  });
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    return await new ReplLoop(session, terminal, lines).run();
  } finally {
    signal.removeEventListener('abort', close);
    lines.close();
    // A flowing stream keeps the process alive.
    input.pause();
  }
}

class ReplLoop {
  readonly #session: ReplSession;
  readonly #terminal: ReplTerminal;
  readonly #lines: Interface;
  #namespace = 'user';
  #typed = '';
  #failed = 0;
  #running: AbortController | undefined;
  #closed = false;

  constructor(session: ReplSession, terminal: ReplTerminal, lines: Interface) {
    this.#session = session;
    this.#terminal = terminal;
    this.#lines = lines;
  }

  async run(): Promise<ReplEnd> {
    this.#lines.on('SIGINT', () => this.#interrupt());
    // Ctrl-D may be pressed during an evaluation.
    this.#lines.on('close', () => {
      this.#closed = true;
    });
    this.#prompt();
    for await (const line of this.#lines) {
      await this.#terminal.history.add(line);
      if (this.#typed === '' && LEAVE.test(line)) break;
      this.#typed += `${line}\n`;
      const state = formState(this.#typed);
      if (state === 'blank') this.#typed = '';
      if (state === 'whole') await this.#evaluate();
      this.#prompt();
    }
    return { failed: this.#failed, unfinished: this.#typed };
  }

  async #evaluate(): Promise<void> {
    const code = this.#typed;
    const running = new AbortController();
    this.#typed = '';
    this.#running = running;
    try {
      const { signal: ended, sink } = this.#terminal;
      const signal = AbortSignal.any([running.signal, ended]);
      const { exception, interrupted, namespace } = await runCode(this.#session, code, sink, {
        signal,
      });
      if (interrupted) await sink.err('Interrupted.\n');
      if (exception !== null || interrupted) this.#failed += 1;
      this.#namespace = namespace ?? this.#namespace;
    } finally {
      this.#running = undefined;
    }
  }

  #interrupt(): void {
    if (this.#running) {
      this.#running.abort();
      return;
    }
    this.#typed = '';
    // Moves to the end of the line and deletes it.
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#terminal.output.write('^C\n');
    this.#prompt();
  }

  #prompt(): void {
    if (!this.#terminal.isTTY || this.#closed) return;
    const prompt = `${this.#namespace}=> `;
    this.#lines.setPrompt(this.#typed === '' ? prompt : '... '.padStart(prompt.length));
    this.#lines.prompt();
  }
}
