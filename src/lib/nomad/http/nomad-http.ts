import type { Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts';
import { parseJsonArray } from '../../http/json-array.ts';
import type { Watched, WatchOptions } from '../client.ts';
import { badAnswer, type NomadOperation, nomadError, transportError } from './errors.ts';

/** The connection to Nomad's API and its credentials. */
export interface NomadHttpOptions {
  readonly http: HttpClient;
  /** The ACL token, sent as `X-Nomad-Token`. */
  readonly token?: string;
  /**
   * The namespace of the jobs; by default that of the server, which is the one that CircleCI uses.
   */
  readonly namespace?: string;
  readonly region?: string;
  /** The maximum time until a request is answered. */
  readonly requestTimeout: Milliseconds;
}

/** Query parameters; undefined ones are omitted. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The default for how long the server holds a blocking query. */
const DEFAULT_WAIT: Milliseconds = 60_000;
/** Nomad adds up to a sixteenth to `wait` (nomad/rpc.go), so that not all queries end at once. */
const JITTER = 1 / 16;

/**
 * Sends requests to Nomad's HTTP API, with parameters, token, blocking queries, pages and errors.
 * Does not interpret the answers.
 */
export class NomadHttp {
  readonly #options: NomadHttpOptions;

  constructor(options: NomadHttpOptions) {
    this.#options = options;
  }

  /** Reads a JSON document. */
  async get(
    path: string,
    operation: NomadOperation,
    query: Query,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const response = await this.send(
      { method: 'GET', path: this.url(path, query) },
      operation,
      signal,
    );
    return this.#json(response, operation);
  }

  /**
   * Reads a JSON document with its index; if `options.index` is given, waits for a newer one. If
   * the index went backwards (the servers were restored), 0 is returned, so that the caller starts
   * again.
   */
  async watch<T>(
    path: string,
    operation: NomadOperation,
    options: WatchOptions,
    decode: (body: unknown) => T | null,
  ): Promise<Watched<T>> {
    const index = options.index ?? 0;
    const wait = options.wait ?? DEFAULT_WAIT;
    const blocking = index > 0;
    const query = blocking ? { index, wait: `${Math.max(1, Math.round(wait))}ms` } : {};
    const held = blocking ? wait + wait * JITTER : 0;
    const response = await this.send(
      {
        method: 'GET',
        path: this.url(path, query),
        timeout: held + this.#options.requestTimeout,
      },
      operation,
      options.signal,
    );
    const value = decode(await this.#json(response, operation));
    if (value === null) throw badAnswer(operation, 'is not what Nomad sends');
    const header = Number(response.headers['x-nomad-index']);
    const newer = Number.isSafeInteger(header) ? header : 0;
    return { value, index: newer < index ? 0 : newer };
  }

  /**
   * Reads a list item by item. Follows the pages as long as the server names a next one (Nomad 1.3
   * and later). Items with an ID that was already seen are skipped: before 1.10.2, pages repeat
   * items at their borders.
   */
  async *list<T extends { readonly id: string }>(
    path: string,
    operation: NomadOperation,
    query: Query,
    decode: (item: unknown) => T | null,
    signal?: AbortSignal,
  ): AsyncGenerator<T, void> {
    let page: string | undefined;
    let seen: Set<string> | undefined;
    do {
      const url = this.url(path, { ...query, next_token: page });
      const response = await this.send({ method: 'GET', path: url }, operation, signal);
      // Only known before the body if the headers arrive first; needed only if more pages follow.
      if (response.headers['x-nomad-nexttoken']) seen ??= new Set();
      try {
        for await (const item of parseJsonArray(response.body, `GET ${path}`)) {
          const decoded = decode(item);
          if (decoded === null) continue;
          if (seen) {
            if (seen.has(decoded.id)) continue;
            seen.add(decoded.id);
          }
          yield decoded;
        }
      } catch (error) {
        throw transportError(error, operation);
      }
      page = response.headers['x-nomad-nexttoken'] || undefined;
    } while (page !== undefined);
  }

  /**
   * Throws an error if the configured namespace does not exist. Nomad lists nothing there, as if the
   * installation were idle. Does nothing if Nomad does not say whether it exists: before 1.0, or
   * without permission.
   *
   * @throws AdminError of kind `notFound`, code NOMAD_NAMESPACE_NOT_FOUND
   */
  async requireNamespace(operation: NomadOperation, signal?: AbortSignal): Promise<void> {
    const { namespace } = this.#options;
    if (namespace === undefined || namespace === '*') return;
    const action = `${operation.action} in namespace ${namespace}`;
    try {
      const path = this.url(`/v1/namespace/${encodeURIComponent(namespace)}`, {});
      const request = { method: 'GET' as const, path };
      const response = await this.send(request, { ...operation, action }, signal);
      await response.discard();
    } catch (error) {
      signal?.throwIfAborted();
      if (isAdminError(error) && error.code === 'NOMAD_NAMESPACE_NOT_FOUND') throw error;
    }
  }

  /** Sends a change; the content of the answer is ignored. */
  async post(
    path: string,
    operation: NomadOperation,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<void> {
    const response = await this.send(
      {
        method: 'POST',
        path: this.url(path, {}),
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      },
      operation,
      signal,
    );
    await response.discard();
  }

  /** Sends a request and returns the unread response if its status means success. */
  async send(
    request: HttpRequest,
    operation: NomadOperation,
    signal?: AbortSignal,
  ): Promise<HttpResponse> {
    const { http, token, requestTimeout } = this.#options;
    try {
      const response = await http.request({
        timeout: requestTimeout,
        ...request,
        headers: {
          Accept: 'application/json',
          ...(token === undefined ? {} : { 'X-Nomad-Token': token }),
          ...request.headers,
        },
        ...(signal ? { signal } : {}),
      });
      if (response.status >= 200 && response.status < 300) return response;
      throw nomadError({ status: response.status, body: await response.text() }, operation);
    } catch (error) {
      throw transportError(error, operation);
    }
  }

  /** Returns the path with its query, including namespace and region. */
  url(path: string, query: Query): string {
    const { namespace, region } = this.#options;
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, namespace, region })) {
      if (value !== undefined) parameters.set(name, String(value));
    }
    const text = parameters.toString();
    return text === '' ? path : `${path}?${text}`;
  }

  close(): Promise<void> {
    return this.#options.http.close();
  }

  async #json(response: HttpResponse, operation: NomadOperation): Promise<unknown> {
    try {
      return await response.json();
    } catch (error) {
      throw transportError(error, operation);
    }
  }
}
