import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import type { HttpClient, HttpRequest, HttpResponse, TlsOptions, Tracer } from '../http/http.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { createHttpClient } from '../http/undici-client.ts';
import type { ClusterTarget } from './client.ts';
import type { ClusterConnection, ClusterCredentials } from './cluster-connection.ts';
import { type Asked, answerFailure, reachFailure } from './errors.ts';

/** Watches and followed logs hold a connection each for as long as they last. */
const CONNECTIONS = 512;

/** What a connection to an API server is made from. */
export interface TransportOptions {
  readonly connection: ClusterConnection;
  readonly requestTimeout: Milliseconds;
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of pauses. */
  readonly random: () => number;
  /** Such as `circleci-admin/0.1.0`. */
  readonly userAgent: string;
  readonly tracer?: Tracer;
  /** The environment's proxies; the kubeconfig's `proxy-url` goes before them. */
  readonly proxy?: ProxySettings;
  /** Opens the connections in place of TCP, such as through a bastion; proxies are left aside. */
  readonly dial?: () => Promise<Duplex>;
}

/**
 * HTTP to the API server over one pool of connections, with the credentials of the kubeconfig.
 * When they are refused and a plugin or a file may give newer ones, asks once more with those.
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

  /** The API server's answer, whatever its status. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const used = this.credentials();
    const response = await this.#send(request, await used);
    if (response.status !== 401 || !this.options.connection.refreshable) return response;
    await response.discard();
    return this.#send(request, await this.refresh(used));
  }

  /**
   * The API server's answer if it is a success.
   *
   * @throws AdminError as the KubernetesClient says
   */
  async ask(request: HttpRequest, asked: Omit<Asked, 'target'>): Promise<HttpResponse> {
    const response = await this.request(request);
    if (response.status < 400) return response;
    throw await answerFailure(response, { ...asked, target: this.target });
  }

  /** What requests and WebSockets log in with. */
  credentials(): Promise<ClusterCredentials> {
    this.#credentials ??= this.options.connection.credentials();
    return this.#credentials;
  }

  /** New credentials in place of those that were refused, once for all who saw the refusal. */
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

  /** The proxy that leads to the API server. */
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
      throw reachFailure(error);
    }
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
    // Requests on the former client still run to their end; its idle connections close themselves.
    this.#client = { http, tls };
    return http;
  }
}

function sameTls(one: TlsOptions, other: TlsOptions): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
