import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, type ApiRequest, flag } from './api-request.ts';
import { blockingAnswer } from './blocking.ts';
import type { NomadCore } from './core.ts';
import type { EventBuffer } from './event-stream.ts';
import { closed, sendAnswer, sendError } from './respond.ts';
import { agentRoutes } from './routes/agent.ts';
import { allocationRoutes, evaluationRoutes } from './routes/allocations.ts';
import { clientRoutes } from './routes/client.ts';
import { eventRoutes } from './routes/events.ts';
import { jobRoutes } from './routes/jobs.ts';
import { nodeRoutes } from './routes/nodes.ts';
import type { Route } from './routes/route.ts';

/** How long a request that needs a leader is held before it fails without one. */
const LEADER_HOLD_MS = 5_000;

/** Nomad's HTTP API (command/agent/http.go). */
export class HttpApi {
  readonly #core: NomadCore;
  readonly #routes: readonly Route[];

  constructor(core: NomadCore, events: EventBuffer) {
    this.#core = core;
    this.#routes = [
      ...nodeRoutes(core),
      ...allocationRoutes(core),
      ...evaluationRoutes(core),
      ...jobRoutes(core),
      ...agentRoutes(core),
      ...clientRoutes(core),
      ...eventRoutes(core, events),
    ];
  }

  /** Answers one request. */
  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://nomad');
    const matching = this.#routes.filter((route) => route.pattern.test(url.pathname));
    try {
      if (matching.length === 0) {
        message.resume();
        response.writeHead(404).end();
        return;
      }
      const method = message.method ?? 'GET';
      const route = matching.find((candidate) => methodsOf(candidate).includes(method));
      const body = await readAll(message);
      if (route === undefined) throw new ApiError(405, 'Invalid method');
      const captures = route.pattern.exec(url.pathname)?.slice(1) ?? [];
      await this.#serve(route, response, {
        method,
        path: url.pathname,
        params: url.searchParams,
        headers: message.headers,
        captures: captures.map((capture) => decodeURIComponent(capture)),
        body,
      });
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError(500, String(error));
      if (response.headersSent) response.destroy();
      else sendError(response, failure);
    }
  }

  async #serve(route: Route, response: ServerResponse, request: ApiRequest): Promise<void> {
    const region = request.params.get('region') ?? '';
    if (region !== '' && region !== 'global') throw new ApiError(500, 'No path to region');
    if (!(route.kind === 'agent' && route.open)) this.#authorise(request);
    if (route.kind === 'stream') {
      await route.serve(request, response);
      return;
    }
    const stale = request.params.has('stale') && route.kind === 'query';
    if (route.kind !== 'agent' && !stale) await this.#requireLeader();
    const answer =
      route.kind === 'query'
        ? await blockingAnswer(this.#core, request, closed(response), () => route.answer(request))
        : route.answer(request);
    if (answer === null) return;
    await sendAnswer(this.#core, response, answer, flag(request.params, 'pretty'));
  }

  #authorise(request: ApiRequest): void {
    const { token, dialect } = this.#core;
    if (token === null) return;
    const header = request.headers['x-nomad-token'];
    const bearer = dialect.since('1.4')
      ? /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      : undefined;
    const given = (typeof header === 'string' ? header : undefined) ?? bearer;
    if (given === undefined || given === '') throw new ApiError(403, 'Permission denied');
    if (given !== token) throw new ApiError(403, 'ACL token not found');
  }

  async #requireLeader(): Promise<void> {
    if (this.#core.leader) return;
    await new Promise<void>((resolve) => {
      this.#core.agenda.in(LEADER_HOLD_MS, resolve);
    });
    if (!this.#core.leader) throw new ApiError(500, 'No cluster leader');
  }
}

function methodsOf(route: Route): readonly string[] {
  return route.kind === 'write' ? route.methods : ['GET', 'HEAD'];
}

async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
