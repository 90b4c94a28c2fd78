import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import send from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Clock, Milliseconds } from '../clock.ts';
import { unlessAborted } from '../within-limit.ts';
import {
  connectionFailure,
  type FailedRequest,
  isBrokenConnection,
  timeoutFailure,
} from './failure.ts';
import type { HttpClient, HttpRequest, HttpResponse, TlsOptions, Tracer } from './http.ts';
import { type ProxySettings, proxyFor } from './proxy.ts';
import { streamedResponse } from './response.ts';
import { tlsConnectOptions, tlsOver } from './tls.ts';

/** The options of {@link createHttpClient}. Durations are in milliseconds. */
export interface HttpClientOptions {
  /** Scheme, host and port, such as `https://10.0.0.1:4646`. */
  readonly origin: string;
  /** Headers of every request; the headers of a request take precedence. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The User-Agent header, such as `circleci-admin/0.1.0`. */
  readonly userAgent?: string;
  readonly tls?: TlsOptions;
  /** The timeout for the response headers. */
  readonly requestTimeout: Milliseconds;
  /** The timeout for opening a connection; default 10 seconds. */
  readonly connectTimeout?: Milliseconds;
  /** The maximum time between two pieces of a body; default is the request timeout. */
  readonly bodyTimeout?: Milliseconds;
  readonly clock: Clock;
  /** Returns a number from 0 up to 1, for the jitter of the pauses between attempts. */
  readonly random: () => number;
  readonly tracer?: Tracer;
  /** The maximum number of connections; default 16. Nomad refuses more than 100 per address. */
  readonly connections?: number;
  /** The maximum number of retries of a read; default 3. */
  readonly retries?: number;
  readonly proxy?: ProxySettings;
  /** Opens connections instead of TCP, such as through a port-forward. TLS runs on top of it. */
  readonly dial?: () => Promise<Duplex>;
}

const RETRIED_STATUS = new Set([429, 502, 503, 504]);
const FIRST_PAUSE: Milliseconds = 200;
const MAX_PAUSE: Milliseconds = 10_000;
const CONNECT_TIMEOUT: Milliseconds = 10_000;
const CONNECTIONS = 16;
const RETRIES = 3;

/**
 * Creates an HTTP client. It imports only undici's dispatcher, not fetch, WebSocket, the cache or
 * the mocks. Connections are opened on demand, kept alive and limited in number.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new UndiciClient(options);
}

class UndiciClient implements HttpClient {
  readonly origin: string;
  readonly #options: HttpClientOptions;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.origin = new URL(options.origin).origin;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const retries = request.method === 'GET' ? (this.#options.retries ?? RETRIES) : 0;
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt > retries;
      try {
        const response = await this.#attempt(request, attempt);
        if (last || !RETRIED_STATUS.has(response.status)) return response;
        await response.discard();
        await this.#pause(attempt, request.signal, response.headers['retry-after']);
      } catch (error) {
        if (last || request.signal?.aborted || !isBrokenConnection(error)) {
          throw this.#failure(error, request);
        }
        await this.#pause(attempt, request.signal);
      }
    }
  }

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher;
    this.#dispatcher = undefined;
    await dispatcher?.destroy();
  }

  #failure(error: unknown, request: HttpRequest): unknown {
    if (request.signal?.aborted) return request.signal.reason;
    return connectionFailure(error, this.#attempted(request));
  }

  #attempted(request: HttpRequest): FailedRequest {
    return { origin: this.origin, method: request.method, path: request.path };
  }

  async #pause(attempt: number, signal?: AbortSignal, retryAfter?: string): Promise<void> {
    const grown = FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + this.#options.random() / 2);
    const retryAfterSeconds =
      retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : 0;
    const pause = Math.min(Math.max(grown, retryAfterSeconds * 1_000), MAX_PAUSE);
    await this.#options.clock.sleep(pause, signal);
  }

  async #attempt(request: HttpRequest, attempt: number): Promise<HttpResponse> {
    request.signal?.throwIfAborted();
    const { clock, tracer } = this.#options;
    const started = clock.now().getTime();
    let status: number | null = null;
    let failure: string | null = null;
    try {
      const response = await this.#send(request);
      status = response.status;
      return response;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      tracer?.({
        method: request.method,
        url: `${this.origin}${request.path}`,
        status,
        durationMs: clock.now().getTime() - started,
        attempt,
        error: failure,
      });
    }
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { requestTimeout, bodyTimeout, headers, userAgent } = this.#options;
    this.#dispatcher ??= this.#connect();
    const dispatcher = await this.#dispatcher;
    const limit = request.timeout ?? requestTimeout;
    const deadline = this.#deadline(limit, request);
    const signals = [deadline.signal, ...(request.signal ? [request.signal] : [])];
    const signal = AbortSignal.any(signals);
    try {
      const sending = send.call(dispatcher, {
        origin: this.origin,
        path: request.path,
        method: request.method,
        headers: {
          ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
          ...headers,
          ...request.headers,
        },
        body: request.body ?? null,
        // The timeout runs on the injected clock and includes the wait for a free connection.
        headersTimeout: 0,
        bodyTimeout: request.bodyTimeout ?? bodyTimeout ?? requestTimeout,
        signal,
      });
      // undici notices an abort only when the request has a connection.
      const answer = await unlessAborted(sending, signal);
      return streamedResponse({
        status: answer.statusCode,
        headers: flatten(answer.headers),
        stream: answer.body,
        attempted: this.#attempted(request),
        signal: request.signal,
      });
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error;
    } finally {
      deadline.lift();
    }
  }

  #deadline(
    limit: Milliseconds,
    request: HttpRequest,
  ): { readonly signal: AbortSignal; lift(): void } {
    const expired = new AbortController();
    const lifted = new AbortController();
    this.#options.clock.sleep(limit, lifted.signal).then(
      () => expired.abort(timeoutFailure(this.#attempted(request), limit)),
      // The timer was cancelled: the response arrived in time.
      () => undefined,
    );
    return { signal: expired.signal, lift: () => lifted.abort() };
  }

  async #connect(): Promise<Dispatcher> {
    const { tls, dial, connections, proxy, connectTimeout } = this.#options;
    const shared = {
      connections: connections ?? CONNECTIONS,
      allowH2: false,
      // Shorter than the idle timeouts of load balancers in front of API servers.
      keepAliveTimeout: 30_000,
    };
    const secure = tlsConnectOptions(tls ?? {});
    const connect = { ...secure, timeout: connectTimeout ?? CONNECT_TIMEOUT, allowH2: false };
    if (dial) return new Pool(this.origin, { ...shared, connect: tlsOver(dial, secure) });
    const proxyUrl = proxy ? proxyFor(this.origin, proxy) : null;
    if (proxyUrl === null) return new Pool(this.origin, { ...shared, connect });
    const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
    const { default: tunnel } = await import('undici/lib/api/api-connect.js');
    return new ProxyAgent({
      ...shared,
      uri: proxyUrl,
      requestTls: connect,
      proxyTunnel: true,
      // undici's main module, which is not loaded, would add this method to the dispatchers.
      clientFactory: (origin, how) => Object.assign(new Pool(origin, how), { connect: tunnel }),
    });
  }
}

function flatten(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
