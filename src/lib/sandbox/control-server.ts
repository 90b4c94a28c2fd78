import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAdminError } from '../errors.ts';
import type { CallLog } from './call-log.ts';
import type { SandboxClock } from './clock.ts';
import type { ClockReading, ControlAddress, SandboxDescription } from './control-protocol.ts';
import { readFaultRule } from './fault-rule.ts';
import type { FaultPlan } from './faults.ts';
import { badArgument, VerbArguments } from './verb-arguments.ts';

/** The operations of a service in the control API, by name. */
export type Verbs = Readonly<Record<string, (given: VerbArguments) => unknown | Promise<unknown>>>;

/** The objects controlled by the control API. */
export interface Controlled {
  readonly clock: SandboxClock;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  describe(): SandboxDescription;
  /** The verbs by service. */
  readonly verbs: Readonly<Record<string, Verbs>>;
  /** Called when a client requests a stop. */
  askStop(): void;
}

type Route = (given: VerbArguments) => unknown | Promise<unknown>;

/** Valid requests are small; larger bodies are rejected. */
const MAX_BODY = 1_000_000;

/**
 * The API that controls a running sandbox: time, faults, call counts and service verbs. It has its
 * own loopback port, so that faults and call counts do not apply to it.
 */
export class ControlServer {
  readonly #controlled: Controlled;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  #port = 0;

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        ({ status, body }) => reply(response, status, body),
        (error: unknown) => reply(response, 500, failure('CONTROL_FAILED', String(error))),
      );
    });
  }

  get address(): ControlAddress {
    return { url: `http://127.0.0.1:${this.#port}`, token: this.#token };
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    await closed;
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    if (!this.#isAuthorised(request)) {
      return {
        status: 401,
        body: failure('CONTROL_TOKEN', 'the bearer token is missing or wrong'),
      };
    }
    const name = `${request.method} ${(request.url ?? '/').replace(/\?.*$/, '')}`;
    const route = this.#route(name);
    if (!route) return { status: 404, body: failure('NO_SUCH_VERB', `there is no ${name}`) };
    try {
      const given = new VerbArguments(await readBody(request));
      return { status: 200, body: (await route(given)) ?? {} };
    } catch (error) {
      if (!isAdminError(error)) throw error;
      return {
        status: error.kind === 'notFound' ? 404 : 400,
        body: failure(error.code, error.message),
      };
    }
  }

  #isAuthorised(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    const expected = Buffer.from(`Bearer ${this.#token}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #route(name: string): Route | undefined {
    const { calls, faults, verbs } = this.#controlled;
    const [, service = '', verb = ''] = /^POST \/([a-z]+)\/([a-z-]+)$/.exec(name) ?? [];
    switch (name) {
      case 'GET /status':
        return () => ({
          ...this.#controlled.describe(),
          clock: this.#clock(),
          calls: { reads: calls.reads, writes: calls.writes },
        });
      case 'POST /clock':
        return (given) => this.#steer(given);
      case 'POST /faults':
        return (given) => faults.add(readFaultRule(given));
      case 'DELETE /faults':
        return () => faults.clear();
      case 'GET /calls':
        return () => ({ reads: calls.reads, writes: calls.writes, recent: calls.recent() });
      case 'POST /calls/reset':
        return () => calls.reset();
      case 'POST /stop':
        // The response is sent before the sandbox stops.
        return () => void setImmediate(() => this.#controlled.askStop());
      default:
        return Object.hasOwn(verbs, service) && Object.hasOwn(verbs[service] ?? {}, verb)
          ? verbs[service]?.[verb]
          : undefined;
    }
  }

  async #steer(given: VerbArguments): Promise<ClockReading> {
    given.only('advanceMs', 'rate');
    const [advanceMs, rate] = ['advanceMs', 'rate'].map((name) => {
      const value = given.optionalNumber(name);
      if (value !== undefined && value < 0) throw badArgument(`"${name}" cannot be negative`);
      return value;
    });
    const { clock } = this.#controlled;
    if (rate !== undefined) clock.setRate(rate);
    if (advanceMs !== undefined) await clock.advance(advanceMs);
    return this.#clock();
  }

  #clock(): ClockReading {
    const { clock } = this.#controlled;
    return { now: clock.now().toISOString(), rate: clock.rate };
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY) throw badArgument('the body is too large');
  }
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badArgument(`the body is not JSON: ${(error as Error).message}`);
  }
}

function failure(code: string, message: string): { code: string; message: string } {
  return { code, message };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}
