import type { Milliseconds } from '../clock.ts';

/** One request, relative to the origin that the client was made for. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, beginning with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /**
   * How long to wait for the answer's headers, in milliseconds; the client's own limit where it is
   * left out. A blocking query adds what the server may hold it.
   */
  readonly timeout?: Milliseconds;
  /** How long the body may stand still, in milliseconds; 0 for ever (streams that are followed). */
  readonly bodyTimeout?: Milliseconds;
}

/** An answer whose body has not been read yet. Read it, or call `discard`. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's pieces as they come. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body as text. */
  text(): Promise<string>;
  /**
   * The whole body as JSON.
   *
   * @throws AdminError of kind `service`, code BAD_ANSWER, when it is cut off or no JSON
   */
  json(): Promise<unknown>;
  /** Lets go of the body. */
  discard(): Promise<void>;
}

/**
 * The one way to speak HTTP. Any status is an answer; only what never became one is an error.
 *
 * Reads (GET) that meet a refused or reset connection before an answer, 429, 502, 503 or 504 are
 * tried again a few times with a growing, jittered pause; writes never are.
 *
 * @throws AdminError of kind `service` (UNREACHABLE, TLS_REFUSED) or `timeout` (REQUEST_TIMEOUT)
 */
export interface HttpClient {
  /** Scheme, host and port, for messages. */
  readonly origin: string;
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Certificates and names for TLS; PEM texts. */
export interface TlsOptions {
  readonly ca?: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name that the certificate must carry, where it is not the host's. */
  readonly serverName?: string;
  /** False accepts any certificate. */
  readonly verify?: boolean;
}

/** What one request took, for `--debug`. Never carries headers or bodies. */
export interface HttpTrace {
  readonly method: string;
  readonly url: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: Milliseconds;
  readonly attempt: number;
  readonly error: string | null;
}

/** Takes traces. */
export type Tracer = (trace: HttpTrace) => void;
