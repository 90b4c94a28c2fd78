import type { IncomingHttpHeaders } from 'node:http';

/** A parsed request, as routes receive it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The capture groups of the route's pattern. */
  readonly captures: readonly string[];
  /** The body as text. */
  readonly body: string;
}

/** The result of a route. Errors are plain text, everything else is JSON. */
export interface Answer {
  readonly status?: number;
  /** The value of `X-Nomad-Index`; null for endpoints that do not send it. */
  readonly index: number | null;
  /** Whether to send `X-Nomad-KnownLeader` and `X-Nomad-LastContact`, as for queries. */
  readonly query?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Created only when it is sent, because a blocking query evaluates many answers first. */
  readonly body: () => string | Iterable<Buffer>;
}

/** An error of Nomad: a status and a line of plain text. */
export class ApiError extends Error {
  readonly status: number;
  /** Nomad sets another content type for some errors of its streams. */
  readonly contentType: string;

  constructor(status: number, text: string, contentType = 'text/plain; charset=utf-8') {
    super(text);
    this.status = status;
    this.contentType = contentType;
  }
}

/** Returns the answer to a query. */
export function found(index: number, body: Answer['body']): Answer {
  return { index, query: true, body };
}

/** Returns the answer for a missing record, which Nomad sends with the headers of a query. */
export function missing(
  index: number,
  what: 'node' | 'job' | 'alloc' | 'eval' | 'Namespace',
): Answer {
  return {
    status: 404,
    index,
    query: true,
    contentType: 'text/plain; charset=utf-8',
    body: () => `${what} not found`,
  };
}

/** Returns a boolean query parameter, parsed like Go's strconv.ParseBool. */
export function flag(params: URLSearchParams, name: string, otherwise = false): boolean {
  const value = params.get(name);
  return value === null ? otherwise : ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

/**
 * Validates a complete UUID as Nomad's database index does.
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
 * Validates the prefix of a UUID; Nomad rejects odd lengths.
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
