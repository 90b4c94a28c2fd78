import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { SandboxContext, SandboxService } from '../service.ts';
import { ClojureError, type EvaluationContext, evaluate, type NreplUsers } from './evaluator.ts';
import { type Form, printForm, ReaderError, readForms } from './forms.ts';
import type { NreplScenario } from './scenario.ts';
import { MessageWriter, type Request, RequestReader } from './wire.ts';

/** Matches code that deletes an account, which counts as a write. */
const WRITES = /delete-by-login-vcs-type!/;

interface Running {
  readonly id: string;
  readonly controller: AbortController;
}

interface Session {
  readonly definitions: Map<string, Form>;
  running: Running | undefined;
  /**
   * Settles when the session's last evaluation has ended, because evaluations run one at a time.
   */
  last: Promise<void>;
}

/** A connected client. */
interface ConnectedClient {
  readonly socket: Socket;
  readonly writer: MessageWriter;
}

/** The nREPL of the simulated frontend: sessions and a small part of Clojure. */
export class NreplSandbox implements SandboxService {
  readonly name = 'nrepl';
  readonly #context: SandboxContext;
  readonly #users: NreplUsers;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Map<string, Session>();
  #scenario: NreplScenario;
  #server: Server | undefined;

  constructor(context: SandboxContext, users: NreplUsers, scenario: NreplScenario = {}) {
    this.#context = context;
    this.#users = users;
    this.#scenario = scenario;
  }

  /** The loopback port; null if it does not listen. */
  get port(): number | null {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Changes its behaviour from now on. */
  behave(change: NreplScenario): void {
    this.#scenario = { ...this.#scenario, ...change };
  }

  async start(): Promise<void> {
    if (this.#scenario.listens === false) return;
    const server = createServer((socket) => this.#connected(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#server) this.#server.close(() => resolve());
    else resolve();
    await promise;
  }

  /** Empty: it has no address of its own, but is reached through the frontend's pod. */
  environment(): Readonly<Record<string, string>> {
    return {};
  }

  #connected(socket: Socket): void {
    const reader = new RequestReader();
    const peer = { socket, writer: new MessageWriter(socket) };
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const request of reader.push(chunk)) this.#received(peer, request);
    });
  }

  #received(peer: ConnectedClient, request: Request): void {
    const { op = '', code = '' } = request;
    const write = WRITES.test(code) && !/resolve/.test(code);
    const call = {
      service: this.name,
      method: op,
      path: code,
      write,
      agent: '',
      credentials: [],
    };
    this.#context.calls.record(call);
    const fault = this.#context.faults.next(this.name, op, code);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') peer.socket.destroy();
    else if (fault?.kind === 'status') {
      const { id = '', session = '' } = request;
      void peer.writer.send({ id, session, status: ['error', String(fault.status), 'done'] });
    } else if (fault?.kind === 'delay') {
      this.#context.clock.schedule(fault.ms, () => this.#answer(peer, request));
    } else this.#answer(peer, request, fault?.kind === 'truncate');
  }

  /**
   * @param cut whether to process the request and then close the connection instead of responding
   */
  #answer({ socket, writer }: ConnectedClient, request: Request, cut = false): void {
    const { id = '', session = '' } = request;
    const reply = async (message: Readonly<Record<string, unknown>>): Promise<void> => {
      if (cut) socket.destroy();
      else await writer.send({ id, session, ...message }, this.#scenario.packetBytes);
    };
    const known = this.#sessions.get(session);
    if (request['op'] === 'clone') {
      const made = randomUUID();
      this.#sessions.set(made, {
        definitions: new Map(),
        running: undefined,
        last: Promise.resolve(),
      });
      void reply({ 'new-session': made, status: ['done'] });
    } else if (request['op'] === 'describe') {
      const versions = { nrepl: { 'version-string': '1.0.0' } };
      void reply({ ops: OPS, versions, status: ['done'] });
    } else if (!known) void reply({ status: ['error', 'unknown-session', 'done'] });
    else void this.#inSession(known, request, reply);
  }

  async #inSession(session: Session, request: Request, reply: SendReply): Promise<void> {
    switch (request['op']) {
      case 'eval':
        session.last = session.last.then(() => this.#evaluate(session, request, reply));
        return session.last;
      case 'interrupt': {
        const { running } = session;
        const meant = request['interrupt-id'] ?? running?.id;
        if (!running) return reply({ status: ['done', 'session-idle'] });
        if (running.id !== meant) {
          return reply({ status: ['error', 'interrupt-id-mismatch', 'done'] });
        }
        running.controller.abort();
        return reply({ status: ['done'] });
      }
      case 'stdin':
        return reply({ status: ['done'] });
      case 'close':
        session.running?.controller.abort();
        this.#sessions.delete(request['session'] ?? '');
        return reply({ status: ['done', 'session-closed'] });
      default:
        return reply({ op: request['op'] ?? '', status: ['error', 'unknown-op', 'done'] });
    }
  }

  async #evaluate(session: Session, request: Request, reply: SendReply): Promise<void> {
    const controller = new AbortController();
    const { id = '', code = '' } = request;
    session.running = { id, controller };
    const { signal } = controller;
    const around = this.#surroundings(session, signal, reply);
    const guarded = async (run: () => Promise<void>): Promise<void> => {
      try {
        await run();
      } catch (error) {
        const { exception, printed } = asClojureError(error);
        const name = `class ${exception}`;
        await reply({ err: printed });
        await reply({ ex: name, 'root-ex': name, status: ['eval-error'] });
      }
    };
    await guarded(async () => {
      if (this.#scenario.delayMs) await around.sleep(this.#scenario.delayMs);
      for (const form of readForms(code)) {
        // nREPL continues with the next form after one that threw.
        await guarded(async () =>
          reply({ ns: 'user', value: printForm(await evaluate(form, around)) }),
        );
        if (signal.aborted) break;
      }
    });
    session.running = undefined;
    await reply({ status: signal.aborted ? ['done', 'interrupted'] : ['done'] });
  }

  #surroundings(session: Session, signal: AbortSignal, reply: SendReply): EvaluationContext {
    const { clock } = this.#context;
    const { missing = [], throwing = {} } = this.#scenario;
    return {
      users: this.#users,
      missing,
      throwing,
      definitions: session.definitions,
      print: (text) => void reply({ out: text }),
      sleep: (ms) => clock.sleep(ms, signal).catch(() => Promise.reject(INTERRUPTED)),
    };
  }
}

type SendReply = (message: Readonly<Record<string, unknown>>) => Promise<void>;

const OPS = { clone: {}, close: {}, describe: {}, eval: {}, interrupt: {}, stdin: {} };

const INTERRUPTED = new ClojureError('java.lang.InterruptedException', 'sleep interrupted');

function asClojureError(error: unknown): ClojureError {
  if (error instanceof ClojureError) return error;
  if (!(error instanceof ReaderError)) throw error;
  return new ClojureError(
    'clojure.lang.LispReader$ReaderException',
    error.message,
    `Syntax error reading source at (REPL:1:1).\n${error.message}\n`,
  );
}
