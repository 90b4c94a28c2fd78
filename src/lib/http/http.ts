import type { Milliseconds } from '../clock.ts';

/** A request to the origin of an {@link HttpClient}. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path with the query, starting with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /**
   * The timeout for the response headers, in milliseconds; default is the client's limit. A
   * blocking query adds the time for which the server may hold it.
   */
  readonly timeout?: Milliseconds;
  /** The maximum time between two pieces of the body, in milliseconds; 0 for no limit (streams). */
  readonly bodyTimeout?: Milliseconds;
}

/** A response whose body has not been read yet. Read it, or call `discard`. */
export interface HttpResponse {
  readonly status: number;
  /** The response headers; names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The pieces of the body as they arrive. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Reads the whole body as text. */
  text(): Promise<string>;
  /**
   * Reads the whole body as JSON.
   *
   * @throws AdminError of kind `service`, code BAD_ANSWER, if it is truncated or not JSON
   */
  json(): Promise<unknown>;
  /** Releases the body and its connection. */
  discard(): Promise<void>;
}

/**
 * The only HTTP client of the project. A response of any status is returned; only a request without
 * a response throws.
 *
 * Reads (GET) are retried a few times with a growing, jittered pause on status 429, 502, 503 and
 * 504 and if the connection is refused or reset before a response. Writes are never retried.
 *
 * @throws AdminError of kind `service` (UNREACHABLE, TLS_REFUSED) or `timeout` (REQUEST_TIMEOUT)
 */
export interface HttpClient {
  /** Scheme, host and port, for use in messages. */
  readonly origin: string;
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** TLS settings. Certificates and keys are PEM text. */
export interface TlsOptions {
  readonly ca?: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name that the certificate must contain; default is the host. */
  readonly serverName?: string;
  /** False to accept any certificate. */
  readonly verify?: boolean;
}

/** A record of one attempt of a request, for `--debug`. It never contains headers or bodies. */
export interface HttpTrace {
  readonly method: string;
  readonly url: string;
  /** Null if there was no response. */
  readonly status: number | null;
  readonly durationMs: Milliseconds;
  readonly attempt: number;
  readonly error: string | null;
}

/** Receives the trace of each attempt. */
export type Tracer = (trace: HttpTrace) => void;
