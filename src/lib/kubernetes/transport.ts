import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse, TlsOptions, Tracer } from '../http/http.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { createHttpClient } from '../http/undici-client.ts';
import type { ClusterTarget } from './client.ts';
import type { ClusterConnection, ClusterCredentials } from './cluster-connection.ts';
import { answerFailure, type RequestContext, reachFailure } from './errors.ts';

/** High, because each watch and each followed log occupies a connection. */
const CONNECTIONS = 512;

/** Options for connections to an API server. Times are in milliseconds. */
export interface TransportOptions {
  readonly connection: ClusterConnection;
  readonly requestTimeout: Milliseconds;
  readonly clock: Clock;
  /** Returns a number from 0 up to but excluding 1, for the jitter of pauses. */
  readonly random: () => number;
  /** The User-Agent header, such as `circleci-admin/0.1.0`. */
  readonly userAgent: string;
  readonly tracer?: Tracer;
  /** The proxies of the environment; the kubeconfig's `proxy-url` takes precedence. */
  readonly proxy?: ProxySettings;
  /**
   * Opens connections in place of TCP, for example through a bastion; proxies are not used then.
   */
  readonly dial?: () => Promise<Duplex>;
  /**
   * Called if the API server did not respond in time. Returns the cause if it is on the way to the
   * API server, such as a silent bastion.
   */
  readonly causeOfTimeout?: () => Promise<AdminError | null>;
}

/**
 * Sends HTTP requests to the API server over one connection pool, with the kubeconfig's
 * credentials. If these are refused, and a plugin or file can provide new ones, the request is
 * repeated once.
 */
export class Transport {
  readonly target: ClusterTarget;
  readonly options: TransportOptions;
  #credentials: Promise<ClusterCredentials> | undefined;
  #client: { readonly http: HttpClient; readonly tls: TlsOptions } | undefined;

  constructor(options: TransportOptions) {
    this.options = options;
    this.target = options.connection.target;
  }

  /** Returns the API server's response, whatever its status. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const used = this.credentials();
    const response = await this.#send(request, await used);
    if (response.status !== 401 || !this.options.connection.refreshable) return response;
    await response.discard();
    return this.#send(request, await this.refresh(used));
  }

  /**
   * Returns the API server's response if it is a success.
   *
   * @throws AdminError as listed at KubernetesClient
   */
  async ask(request: HttpRequest, context: Omit<RequestContext, 'target'>): Promise<HttpResponse> {
    const response = await this.request(request);
    if (response.status < 400) return response;
    throw await answerFailure(response, { ...context, target: this.target });
  }

  /** Returns the credentials for requests and WebSockets. */
  credentials(): Promise<ClusterCredentials> {
    this.#credentials ??= this.options.connection.credentials();
    return this.#credentials;
  }

  /**
   * Replaces the refused credentials. Concurrent callers with the same refused credentials share
   * one refresh.
   */
  refresh(refused: Promise<ClusterCredentials>): Promise<ClusterCredentials> {
    if (this.#credentials === refused || this.#credentials === undefined) {
      this.#credentials = this.options.connection.credentials({ fresh: true });
    }
    return this.#credentials;
  }

  async close(): Promise<void> {
    await this.#client?.http.close();
    this.#client = undefined;
  }

  /** Returns the proxies for connections to the API server. */
  proxy(): ProxySettings | undefined {
    const url = this.options.connection.proxyUrl;
    return url === null ? this.options.proxy : { http: url, https: url };
  }

  async #send(request: HttpRequest, credentials: ClusterCredentials): Promise<HttpResponse> {
    const headers = { ...credentials.headers, ...request.headers };
    const path = this.options.connection.basePath + request.path;
    try {
      return await this.#http(credentials).request({ ...request, path, headers });
    } catch (error) {
      throw reachFailure(await this.causeOf(error));
    }
  }

  /** Returns the cause of a timeout if it is on the way to the API server, else the error itself. */
  async causeOf(error: unknown): Promise<unknown> {
    if (!isAdminError(error, 'timeout')) return error;
    return (await this.options.causeOfTimeout?.()) ?? error;
  }

  #http(credentials: ClusterCredentials): HttpClient {
    const { tls } = credentials;
    if (this.#client && sameTls(this.#client.tls, tls)) return this.#client.http;
    const { requestTimeout, clock, random, userAgent, tracer, dial } = this.options;
    const proxy = this.proxy();
    const http = createHttpClient({
      origin: this.target.server,
      tls,
      requestTimeout,
      connections: CONNECTIONS,
      clock,
      random,
      userAgent,
      ...(tracer ? { tracer } : {}),
      ...(proxy ? { proxy } : {}),
      ...(dial ? { dial } : {}),
    });
    // Requests in progress on the previous client complete; its idle connections close by
    // themselves.
    this.#client = { http, tls };
    return http;
  }
}

function sameTls(one: TlsOptions, other: TlsOptions): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
