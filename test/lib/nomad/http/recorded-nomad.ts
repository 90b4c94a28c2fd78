import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import type { HttpClient } from '../../../../src/lib/http/http.ts';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';

const FOLDER = new URL('../../../fixtures/nomad-1.0.4/', import.meta.url);

/** An exchange in `index.json`. */
export interface Recorded {
  readonly file: string;
  readonly method?: string;
  readonly path?: string;
  readonly request?: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly stderr?: string;
  readonly exit?: number | 'timeout';
}

/** All recorded exchanges. */
export const RECORDED = JSON.parse(recordedText('index.json')) as readonly Recorded[];

/** Returns a recorded body. */
export function recordedText(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8');
}

/** Returns a recorded body, parsed as JSON. */
export function recordedJson(file: string): unknown {
  return JSON.parse(recordedText(file));
}

/** A request that was received. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer to send. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | readonly string[];
  /** Whether to break the connection after the body. */
  readonly cut?: boolean;
  /** Whether to break the connection instead of answering. */
  readonly abort?: boolean;
}

/** A server on loopback for one test, with the requests that it received. */
export interface Served {
  readonly origin: string;
  readonly seen: readonly Seen[];
  readonly http: HttpClient;
}

/** A clock of real time whose sleeps end only when aborted. */
export const CLOCK: Clock = {
  now: () => new Date(),
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

const servers: Server[] = [];
const clients: HttpClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Creates an HTTP client without retries that is closed after the test. */
function httpTo(origin: string): HttpClient {
  const client = createHttpClient({
    origin,
    requestTimeout: 5_000,
    clock: CLOCK,
    random: () => 0,
    retries: 0,
  });
  clients.push(client);
  return client;
}

/** Starts a server that runs until the test ends. */
export async function serve(answer: (seen: Seen) => Answer): Promise<Served> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const url = new URL(request.url ?? '/', 'http://nomad');
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: Buffer.concat(pieces).toString('utf8'),
    };
    seen.push(one);
    const { status = 200, headers = {}, body, cut, abort } = answer(one);
    if (abort) return void response.destroy();
    response.writeHead(status, headers);
    for (const piece of typeof body === 'string' ? [body] : body) response.write(piece);
    if (cut) response.write('', () => response.destroy());
    else response.end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, seen, http: httpTo(origin) };
}

/** Serves the recordings of Nomad 1.0.4. The query matters only if the recordings contain one. */
export function serveRecordings(): Promise<Served> {
  return serve(({ method, path, query }) => {
    const candidates = RECORDED.filter((one) => {
      const url = new URL(one.path ?? '/-', 'http://nomad');
      return one.method === method && url.pathname === path;
    });
    const agreement = (one: Recorded): number => {
      const recorded = [...new URL(one.path ?? '/-', 'http://nomad').searchParams];
      const same = recorded.filter(([name, value]) => query[name] === value).length;
      const missing = recorded.filter(([name]) => !(name in query)).length;
      return same - missing - 10 * (recorded.length - same - missing);
    };
    // The first exchange with the best agreement.
    const one = candidates.toSorted((a, b) => agreement(b) - agreement(a))[0];
    if (!one) return { status: 404, body: '' };
    return {
      ...(one.status === undefined ? {} : { status: one.status }),
      ...(one.headers ? { headers: one.headers } : {}),
      body: recordedText(one.file),
    };
  });
}

/** Returns all items. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Returns the error with which a promise rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
