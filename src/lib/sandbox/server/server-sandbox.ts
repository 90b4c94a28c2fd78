import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SandboxHttpServer } from '../http-server.ts';
import { type CertificateWish, makeCertificates } from '../kubernetes/certificates.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import {
  type CertificateSituation,
  DEFAULT_SERVER_USERS,
  type ServerScenario,
  type ServerUser,
} from './scenario.ts';

const DAY_MS = 86_400_000;

const CERTIFICATES: Readonly<Record<CertificateSituation, CertificateWish>> = {
  valid: {},
  expired: { notAfter: -DAY_MS },
  expiring: { notAfter: 5 * DAY_MS },
  'other-name': { names: ['circleci.example.com'] },
};

type Answer = (user: ServerUser) => unknown;

/** What an API token gets; the documents are those of the circleci CLI and of the web UI. */
const ROUTES: Readonly<Record<string, Answer>> = {
  'GET /api/v1/me': ({ login, name, adminScopes }) => ({
    login,
    name,
    admin: adminScopes.some((scope) => scope === 'all' || scope === 'write-settings'),
  }),
  'GET /api/v2/me': ({ login, name }) => ({ id: idOf(login), login, name }),
};

/** The web address of an installation: its front page, and the API that says who asks. */
export class ServerSandbox implements SandboxService {
  readonly name = 'server';
  readonly #scenario: ServerScenario;
  readonly #users: readonly ServerUser[];
  readonly #context: SandboxContext;
  #server: SandboxHttpServer | undefined;

  constructor(context: SandboxContext, scenario: ServerScenario = {}) {
    this.#context = context;
    this.#scenario = scenario;
    this.#users = scenario.users ?? DEFAULT_SERVER_USERS;
  }

  /** The loopback port; 0 before {@link start}. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Scheme, host and port. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Listens, and writes its certificate authority where the scenario asks for it. */
  async start(): Promise<void> {
    const { certificate = 'valid', caPath } = this.#scenario;
    const { ca, cert, key } = await makeCertificates(CERTIFICATES[certificate]);
    if (caPath !== undefined) await writeFile(caPath, ca, { mode: 0o600 });
    this.#server = new SandboxHttpServer({
      name: this.name,
      context: this.#context,
      handlers: { request: (request, response) => this.#answer(request, response) },
      tls: { cert, key },
    });
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  environment(): Readonly<Record<string, string>> {
    const { caPath } = this.#scenario;
    const [first] = this.#users;
    return {
      CIRCLE_HOST: this.url,
      ...(first ? { CIRCLE_TOKEN: first.token } : {}),
      ...(caPath === undefined ? {} : { NODE_EXTRA_CA_CERTS: caPath }),
    };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = (request.url ?? '/').replace(/\?.*$/, '');
    if (path === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>CircleCI</title>\n');
      return;
    }
    const user = this.#user(request);
    const route = ROUTES[`${request.method} ${path}`];
    if (!user) send(response, 401, { message: 'You must log in first.' });
    else if (!route) send(response, 404, { message: 'Not found' });
    else send(response, 200, route(user));
  }

  /** By the header `Circle-Token`, or by Basic with the token as the user's name. */
  #user({ headers }: IncomingMessage): ServerUser | undefined {
    const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const name = basic && Buffer.from(basic, 'base64').toString().split(':')[0];
    const token = headers['circle-token'] ?? name;
    return this.#users.find((user) => user.token === token);
  }
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(document));
}

/** A UUID that is always the same for a login. */
function idOf(login: string): string {
  const hex = Buffer.from(login.padEnd(16, '-')).toString('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
