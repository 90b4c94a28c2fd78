import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import { BencodeStream, encodeBencode } from './bencode-stream.ts';
import { decodeReply, type ReplEvent, type Reply } from './messages.ts';
import { Replies } from './replies.ts';

/** How long an interrupted evaluation may take to end. */
const INTERRUPT_WAIT: Milliseconds = 5_000;

/** How long closing a session may take. */
const CLOSE_WAIT: Milliseconds = 1_000;

/** The limits of an evaluation. */
export interface EvaluateOptions {
  /** Interrupts the evaluation; the last event then has `interrupted` set. */
  readonly signal?: AbortSignal;
  /** Interrupts the evaluation after this time and throws; unlimited if omitted. */
  readonly timeoutMs?: Milliseconds;
}

/**
 * A session of a Clojure nREPL.
 *
 * Every method throws an `AdminError`: `service` (REPL_LOST, REPL_SURPRISE, REPL_ERROR, or the
 * error that the connection was destroyed with) or `timeout` (REPL_TIMEOUT).
 */
export interface ReplSession {
  /** Evaluates all forms of the code. Exceptions in the code are reported as events, not thrown. */
  evaluate(code: string, options?: EvaluateOptions): AsyncGenerator<ReplEvent, void, undefined>;
  /** Closes the session and the connection. */
  close(): Promise<void>;
}

/** The options of {@link openSession}. */
export interface ReplOptions {
  readonly clock: Clock;
  /** The timeout for opening a session. */
  readonly requestTimeout: Milliseconds;
}

/**
 * Opens a session over a connection and takes ownership of the connection.
 *
 * @throws AdminError like {@link ReplSession}
 */
export async function openSession(socket: Duplex, options: ReplOptions): Promise<ReplSession> {
  const connection = new Connection(socket, options.clock);
  try {
    const reply = await connection.ask({ op: 'clone' }, options.requestTimeout);
    if (reply.newSession === null) throw refused('clone', reply);
    return new Session(connection, reply.newSession, options.clock);
  } catch (error) {
    connection.end();
    throw error;
  }
}

class Session implements ReplSession {
  readonly #connection: Connection;
  readonly #session: string;
  readonly #clock: Clock;

  constructor(connection: Connection, session: string, clock: Clock) {
    this.#connection = connection;
    this.#session = session;
    this.#clock = clock;
  }

  async *evaluate(
    code: string,
    options: EvaluateOptions = {},
  ): AsyncGenerator<ReplEvent, void, undefined> {
    const { signal, timeoutMs } = options;
    const ended = new AbortController();
    let late = false;
    const { id, replies } = this.#send({ op: 'eval', code });
    const interrupt = (): void => {
      this.#send({ op: 'interrupt', 'interrupt-id': id });
      after(this.#clock, INTERRUPT_WAIT, ended.signal, () => replies.fail(stillRuns()));
    };
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true, signal: ended.signal });
    if (timeoutMs !== undefined) {
      after(this.#clock, timeoutMs, ended.signal, () => {
        late = true;
        interrupt();
      });
    }
    try {
      for (;;) {
        const reply = await replies.next();
        if (reply.status.includes('error')) throw refused('eval', reply);
        // There is no input to send: let the code read the end of the input.
        if (reply.status.includes('need-input')) this.#send({ op: 'stdin', stdin: '' });
        for (const event of reply.events) {
          if (event.type === 'done' && late) throw timedOut(timeoutMs ?? 0);
          yield event;
          if (event.type === 'done') return;
        }
      }
    } finally {
      ended.abort();
      this.#connection.forget(id);
    }
  }

  async close(): Promise<void> {
    const message = { op: 'close', session: this.#session };
    // Errors do not matter: the session ends with the connection.
    await this.#connection.ask(message, CLOSE_WAIT).catch(() => undefined);
    this.#connection.end();
  }

  #send(message: Readonly<Record<string, string>>): SentRequest {
    return this.#connection.send({ ...message, session: this.#session });
  }
}

interface SentRequest {
  readonly id: string;
  readonly replies: Replies;
}

/**
 * Matches replies to requests. Replies of different requests may be interleaved, and a request may
 * have several.
 */
class Connection {
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #open = new Map<string, Replies>();
  #failure: Error | undefined;
  #count = 0;

  constructor(socket: Duplex, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    const stream = new BencodeStream();
    socket.on('data', (chunk: Uint8Array) => {
      try {
        for (const value of stream.push(chunk)) this.#deliver(decodeReply(value));
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => this.#fail(error instanceof AdminError ? error : lost(error)));
    socket.on('end', () => this.#fail(lost()));
    socket.on('close', () => this.#fail(lost()));
  }

  send(message: Readonly<Record<string, string>>): SentRequest {
    this.#count += 1;
    const id = String(this.#count);
    const replies = new Replies();
    this.#open.set(id, replies);
    if (this.#failure) replies.fail(this.#failure);
    else this.#socket.write(encodeBencode({ ...message, id }));
    return { id, replies };
  }

  /** Sends a request that has a single reply, and waits for it. */
  async ask(message: Readonly<Record<string, string>>, timeoutMs: Milliseconds): Promise<Reply> {
    const { id, replies } = this.send(message);
    const ended = new AbortController();
    after(this.#clock, timeoutMs, ended.signal, () => replies.fail(requestTimedOut(timeoutMs)));
    try {
      return await replies.next();
    } finally {
      ended.abort();
      this.forget(id);
    }
  }

  forget(id: string): void {
    this.#open.delete(id);
  }

  end(): void {
    this.#socket.end();
    this.#socket.destroy();
  }

  #deliver(reply: Reply): void {
    if (reply.id !== null) this.#open.get(reply.id)?.push(reply);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const replies of this.#open.values()) replies.fail(this.#failure);
  }
}

/** Calls a function after a delay, unless the signal is aborted first. */
function after(clock: Clock, ms: Milliseconds, signal: AbortSignal, run: () => void): void {
  clock.sleep(ms, signal).then(run, () => undefined);
}

function refused(op: string, { status }: Reply): AdminError {
  return new AdminError(
    'service',
    `The REPL refused "${op}": ${status.join(', ') || 'no reason given'}`,
    {
      code: 'REPL_ERROR',
      hint: 'Check that this is the port of the nREPL: circleci-admin config show',
    },
  );
}

function lost(cause?: Error): AdminError {
  const why = cause ? `: ${cause.message}` : '';
  return new AdminError('service', `The connection to the REPL ended before the response${why}`, {
    code: 'REPL_LOST',
    hint: 'The code may have run. Check its effect before you run it again.',
    cause,
  });
}

function requestTimedOut(ms: Milliseconds): AdminError {
  return new AdminError('timeout', `The REPL timed out after ${ms / 1_000} s`, {
    code: 'REPL_TIMEOUT',
    hint: 'Increase --request-timeout, or, if this is not the port of the nREPL: circleci-admin config set server.replPort PORT',
  });
}

function timedOut(ms: Milliseconds): AdminError {
  return new AdminError('timeout', `The evaluation timed out after ${ms / 1_000} s`, {
    code: 'REPL_TIMEOUT',
    hint: 'It was interrupted. What it did before that is not undone.',
  });
}

function stillRuns(): AdminError {
  return new AdminError('timeout', 'The evaluation was interrupted, but it does not end', {
    code: 'REPL_TIMEOUT',
    hint: 'It continues in the frontend until it ends, or until the pod is deleted.',
  });
}
