import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Answer, ApiError } from './api-request.ts';
import type { NomadCore } from './core.ts';
import { indentJson } from './wire/encode.ts';

/** Records of a list are collected into chunks of at least this size before they are sent. */
const CHUNK_BYTES = 64 * 1024;

/** Returns a signal that aborts when the client disconnects. */
export function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Writes data, and waits if the client reads more slowly. */
export async function write(
  response: ServerResponse,
  data: string | Buffer,
  gone: AbortSignal,
): Promise<void> {
  if (gone.aborted || data.length === 0 || response.write(data)) return;
  try {
    await once(response, 'drain', { signal: gone });
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}

/** Sends the answer of a route. */
export async function sendAnswer(
  core: NomadCore,
  response: ServerResponse,
  answer: Answer,
  pretty: boolean,
): Promise<void> {
  const headers: Record<string, string> = {
    'Content-Type': answer.contentType ?? 'application/json',
    ...answer.headers,
  };
  if (answer.index !== null) headers['X-Nomad-Index'] = String(Math.max(1, answer.index));
  if (answer.query) {
    headers['X-Nomad-KnownLeader'] = String(core.leader);
    headers['X-Nomad-LastContact'] = '0';
  }
  const body = answer.body();
  if (typeof body === 'string') {
    const isJson = answer.contentType === undefined && body !== '';
    response.writeHead(answer.status ?? 200, headers);
    response.end(pretty && isJson ? `${indentJson(body)}\n` : body);
    return;
  }
  if (pretty) {
    response.writeHead(answer.status ?? 200, headers);
    response.end(`${indentJson(Buffer.concat([...body]).toString())}\n`);
    return;
  }
  response.writeHead(answer.status ?? 200, headers);
  await sendChunks(response, body);
  response.end();
}

/** Sends an error as plain text. */
export function sendError(response: ServerResponse, error: ApiError): void {
  response.writeHead(error.status, { 'Content-Type': error.contentType });
  response.end(error.message);
}

/**
 * Combines small pieces into large writes and waits for each, so that the list never exists as one
 * string. Large pieces are sent unchanged.
 */
async function sendChunks(response: ServerResponse, parts: Iterable<Buffer>): Promise<void> {
  const gone = closed(response);
  let pending: Buffer[] = [];
  let size = 0;
  for (const part of parts) {
    const isLarge = part.length >= CHUNK_BYTES;
    if (!isLarge) {
      pending.push(part);
      size += part.length;
    }
    if (!isLarge && size < CHUNK_BYTES) continue;
    await write(response, Buffer.concat(pending, size), gone);
    if (isLarge) await write(response, part, gone);
    if (gone.aborted) return;
    pending = [];
    size = 0;
  }
  await write(response, Buffer.concat(pending, size), gone);
}
