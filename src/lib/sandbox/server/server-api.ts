import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountRecord } from './account-book.ts';
import { ADMIN_ROUTES } from './admin-routes.ts';
import type { PipelineRoutes } from './pipeline-routes.ts';
import type { RequestCounter } from './request-limit.ts';
import type { ServerUser } from './scenario.ts';
import { answerSteps, type OutputStore } from './step-routes.ts';
import type { ServerAnswer, ServerWorld } from './world.ts';

/** More than any change of an account or a setting needs. */
const MAX_BYTES = 1024 * 1024;

const SEES = ['all', 'write-settings', 'read-settings'];
const CHANGES = ['all', 'write-settings'];

/** The HTTP API of the simulated server: authentication, authorisation and rate limits. */
export class ServerApi {
  readonly #world: ServerWorld;
  readonly #tokens: readonly ServerUser[];
  readonly #counter: RequestCounter;
  readonly #pipelines: PipelineRoutes;
  readonly #outputs: OutputStore;

  constructor(
    world: ServerWorld,
    tokens: readonly ServerUser[],
    counter: RequestCounter,
    pipelines: PipelineRoutes,
    outputs: OutputStore,
  ) {
    this.#world = world;
    this.#tokens = tokens;
    this.#counter = counter;
    this.#pipelines = pipelines;
    this.#outputs = outputs;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://server');
    if (url.pathname === '/') {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>CircleCI</title>\n');
      return;
    }
    const account = this.#asking(request);
    if (!account) {
      request.resume();
      return send(response, refused(401, 'You must log in first.'));
    }
    const leave = this.#counter.enter(account.login);
    if (!leave) {
      request.resume();
      return send(response, refused(429, 'Rate limit exceeded'), { 'Retry-After': '1' });
    }
    response.once('close', leave);
    const text = await bodyOf(request);
    if (text !== null) send(response, this.#answer(request.method ?? 'GET', url, account, text));
  }

  #answer(method: string, url: URL, account: AccountRecord, text: string): ServerAnswer {
    const { pathname, searchParams: query } = url;
    const { login, name } = account;
    if (method === 'GET' && pathname === '/api/v1/me') {
      return { status: 200, document: { login, name, admin: hasScope(account, CHANGES) } };
    }
    if (method === 'GET' && pathname === '/api/v2/me') {
      return { status: 200, document: { id: idOf(login), login, name } };
    }
    if (pathname.startsWith('/api/v2/')) {
      return parsed(() => this.#pipelines.answer(this.#world, method, pathname, text));
    }
    if (method === 'GET' && pathname.startsWith('/api/v1.1/')) {
      return parsed(() => answerSteps(this.#world, this.#outputs, pathname));
    }
    const [, word, rest] = /^\/api\/v1\/admin\/([\w-]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const route = ADMIN_ROUTES[`${method} ${word}`];
    // One of the two paths ends in a name, the other does not.
    if (!route || (method === 'POST') !== (rest !== undefined)) return refused(404, 'Not found');
    if (!hasScope(account, method === 'GET' ? SEES : CHANGES)) {
      return refused(403, 'You do not have permission to do that.');
    }
    return parsed(() => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return route(this.#world, { name: decodeURIComponent(rest ?? ''), query, body });
    });
  }

  /** Authenticates by the header `Circle-Token`, or by Basic with the token as the user name. */
  #asking({ headers }: IncomingMessage): AccountRecord | undefined {
    const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const name = basic && Buffer.from(basic, 'base64').toString().split(':')[0];
    const token = headers['circle-token'] ?? name;
    const user = this.#tokens.find((one) => one.token === token);
    return user && this.#world.accounts.find(user.login);
  }
}

/** Runs a route; null (no such route) becomes 404, malformed input becomes 400. */
function parsed(answer: () => ServerAnswer | null): ServerAnswer {
  try {
    return answer() ?? refused(404, 'Not found');
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof URIError) {
      return refused(400, 'Malformed request');
    }
    throw error;
  }
}

function hasScope({ adminScopes }: AccountRecord, scopes: readonly string[]): boolean {
  return adminScopes.some((scope) => scopes.includes(scope));
}

function refused(status: number, message: string): ServerAnswer {
  return { status, document: { message } };
}

function send(
  response: ServerResponse,
  { status, document }: ServerAnswer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(document));
}

/** Reads the body as text; null if the client disconnected or the body is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > MAX_BYTES) {
        request.destroy();
        return null;
      }
      pieces.push(piece);
    }
  } catch (error) {
    if (request.destroyed) return null;
    throw error;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Returns a UUID that is always the same for a login. */
function idOf(login: string): string {
  const hex = Buffer.from(login.padEnd(16, '-')).toString('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
