import type { Milliseconds } from '../../clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts';
import { parseJsonArray } from '../../http/json-array.ts';
import type { Watched, WatchOptions } from '../client.ts';
import { type Asked, badAnswer, nomadError, transportError } from './errors.ts';

/** Where Nomad's API is and how to be let in. */
export interface NomadHttpOptions {
  readonly http: HttpClient;
  /** ACL token, sent as `X-Nomad-Token`. */
  readonly token?: string;
  /** Namespace of the jobs; the server's default where left out, as CircleCI uses it. */
  readonly namespace?: string;
  readonly region?: string;
  /** How long one request may take to be answered. */
  readonly requestTimeout: Milliseconds;
}

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** How long a blocking query is held where the caller does not say. */
const DEFAULT_WAIT: Milliseconds = 60_000;
/** Nomad adds up to a sixteenth to `wait` (nomad/rpc.go), so that not all wake at once. */
const JITTER = 1 / 16;

/**
 * Requests to Nomad's HTTP API: parameters, token, blocking queries, pages and errors, without
 * knowing what any of the answers mean.
 */
export class NomadHttp {
  readonly #options: NomadHttpOptions;

  constructor(options: NomadHttpOptions) {
    this.#options = options;
  }

  /** Reads one JSON document. */
  async get(path: string, asked: Asked, query: Query, signal?: AbortSignal): Promise<unknown> {
    const response = await this.send({ method: 'GET', path: this.url(path, query) }, asked, signal);
    return this.#json(response, asked);
  }

  /**
   * Reads one JSON document with its index, waiting for one newer than `options.index` if given.
   * An index that went backwards (the servers were restored) comes back as 0: watch from anew.
   */
  async watch<T>(
    path: string,
    asked: Asked,
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
      asked,
      options.signal,
    );
    const value = decode(await this.#json(response, asked));
    if (value === null) throw badAnswer(asked, 'is not what Nomad sends');
    const header = Number(response.headers['x-nomad-index']);
    const newer = Number.isSafeInteger(header) ? header : 0;
    return { value, index: newer < index ? 0 : newer };
  }

  /**
   * Reads a list item by item. Pages are followed while the server names a next one (Nomad 1.3 and
   * later), and an ID that comes a second time is dropped: page borders repeat some before 1.10.2.
   */
  async *list<T extends { readonly id: string }>(
    path: string,
    asked: Asked,
    query: Query,
    decode: (item: unknown) => T | null,
    signal?: AbortSignal,
  ): AsyncGenerator<T, void> {
    let page: string | undefined;
    let seen: Set<string> | undefined;
    do {
      const url = this.url(path, { ...query, next_token: page });
      const response = await this.send({ method: 'GET', path: url }, asked, signal);
      // Known before the body only where headers come first; the pages after this one need it.
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
        throw transportError(error, asked);
      }
      page = response.headers['x-nomad-nexttoken'] || undefined;
    } while (page !== undefined);
  }

  /** Changes something; the answer is read and let go. */
  async post(path: string, asked: Asked, body: unknown, signal?: AbortSignal): Promise<void> {
    const response = await this.send(
      {
        method: 'POST',
        path: this.url(path, {}),
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      },
      asked,
      signal,
    );
    await response.discard();
  }

  /** Sends a request and gives its answer, unread, when it is a good one. */
  async send(request: HttpRequest, asked: Asked, signal?: AbortSignal): Promise<HttpResponse> {
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
      throw nomadError({ status: response.status, body: await response.text() }, asked);
    } catch (error) {
      throw transportError(error, asked);
    }
  }

  /** A path with its query, the namespace and the region. */
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

  async #json(response: HttpResponse, asked: Asked): Promise<unknown> {
    try {
      return await response.json();
    } catch (error) {
      throw transportError(error, asked);
    }
  }
}
