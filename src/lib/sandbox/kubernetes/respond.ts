import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecord } from '../../json-value.ts';
import { ApiError, badRequest } from './api-error.ts';
import { readProtobufReview } from './protobuf.ts';

/** Sends a JSON document with the API server's headers. */
export function sendJson(response: ServerResponse, code: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    ...commonHeaders(),
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Returns the headers of every response of the API server. */
export function commonHeaders(): Record<string, string> {
  return { 'Audit-Id': randomUUID(), 'Cache-Control': 'no-cache, private' };
}

/** Sends an error as a `Status`; errors other than {@link ApiError} are sent as 500. */
export function sendError(response: ServerResponse, error: unknown): void {
  const failure = asApiError(error);
  if (response.headersSent) response.destroy();
  else sendJson(response, failure.code, failure.document);
}

/** Converts an error into the API server's form. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`);
}

/**
 * Reads a JSON object from the body; an empty body is an empty object.
 *
 * @throws ApiError 400
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parsed = await readAny(request);
  if (!isRecord(parsed)) throw badRequest('the body of the request was not an object');
  return parsed;
}

/**
 * Reads JSON of any type from the body, or an access review in protobuf.
 *
 * @throws ApiError 400, and 415 for other protobuf messages
 */
export async function readAny(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  if (text === '') return {};
  if ((request.headers['content-type'] ?? '').startsWith('application/vnd.kubernetes.protobuf')) {
    const review = readProtobufReview(bytes);
    if (review) return review;
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json',
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${String(error)}`);
  }
}
