import type { IncomingHttpHeaders } from 'node:http';

/** A request as the routes see it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parts of the path that the route's pattern names. */
  readonly captures: readonly string[];
  /** The body as text. */
  readonly body: string;
}

/** What a route says; errors are plain text, all else is JSON. */
export interface Answer {
  readonly status?: number;
  /** For `X-Nomad-Index`; null where the endpoint sends no such header. */
  readonly index: number | null;
  /** Whether the answer is a query's, with `X-Nomad-KnownLeader` and `X-Nomad-LastContact`. */
  readonly query?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Made only when it is sent: a blocking query looks at many indexes first. */
  readonly body: () => string | Iterable<Buffer>;
}

/** An error of Nomad: a status and a line of plain text. */
export class ApiError extends Error {
  readonly status: number;
  /** Nomad sets this for some errors of its streams. */
  readonly contentType: string;

  constructor(status: number, text: string, contentType = 'text/plain; charset=utf-8') {
    super(text);
    this.status = status;
    this.contentType = contentType;
  }
}

/** An answer to a query. */
export function found(index: number, body: Answer['body']): Answer {
  return { index, query: true, body };
}

/** The answer for what is not there: Nomad sends a query's headers with it. */
export function missing(index: number, what: 'node' | 'job' | 'alloc' | 'eval'): Answer {
  return {
    status: 404,
    index,
    query: true,
    contentType: 'text/plain; charset=utf-8',
    body: () => `${what} not found`,
  };
}

/** Whether a query parameter says yes, as Go's strconv.ParseBool reads it. */
export function flag(params: URLSearchParams, name: string, otherwise = false): boolean {
  const value = params.get(name);
  return value === null ? otherwise : ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

/**
 * Checks a whole UUID as Nomad's database index does.
 *
 * @throws ApiError 500
 */
export function requireUuid(id: string, what: string): void {
  if (id.length !== 36) {
    throw new ApiError(500, `${what} lookup failed: index error: UUID must be 36 characters`);
  }
  requireHex(id, what);
}

/**
 * Checks the beginning of a UUID: Nomad refuses odd lengths.
 *
 * @throws ApiError 500
 */
export function requireUuidPrefix(prefix: string, what: string): void {
  if (prefix.replaceAll('-', '').length % 2 === 1) {
    throw new ApiError(
      500,
      `${what} lookup failed: index error: Input (without hyphens) must be even length`,
    );
  }
  requireHex(prefix, what);
}

function requireHex(id: string, what: string): void {
  const wrong = /[^0-9a-fA-F-]/u.exec(id)?.[0];
  if (wrong === undefined) return;
  const code = (wrong.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new ApiError(
    500,
    `${what} lookup failed: index error: Invalid UUID: encoding/hex: invalid byte: U+${code} '${wrong}'`,
  );
}
