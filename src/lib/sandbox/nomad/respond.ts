import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Answer, ApiError } from './api-request.ts';
import type { NomadCore } from './core.ts';
import { indentJson } from './wire/encode.ts';

/** Lists are gathered into pieces of at least this size before they are sent. */
const CHUNK_BYTES = 64 * 1024;

/** Aborted when the client goes away. */
export function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Writes, and waits where the client does not read as fast. */
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

/** Sends a route's answer. */
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

/** Sends an error as a line of text. */
export function sendError(response: ServerResponse, error: ApiError): void {
  response.writeHead(error.status, { 'Content-Type': error.contentType });
  response.end(error.message);
}

/**
 * Small pieces in large writes, each waited for: the list never lives as one string. Large pieces
 * go as they are.
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
