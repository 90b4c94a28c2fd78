import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { AdminError } from '../errors.ts';
import { bodyFailure, type FailedRequest } from './failure.ts';
import type { HttpResponse } from './http.ts';

/**
 * Returns a response whose body is read from a stream. Once `signal` is aborted, reading the body
 * throws the signal's reason.
 */
export function streamedResponse(options: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: Readable;
  readonly attempted: FailedRequest;
  readonly signal?: AbortSignal | undefined;
}): HttpResponse {
  const { status, headers, stream, attempted, signal } = options;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let received = 0;
    try {
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        received += piece.length;
        yield piece;
      }
      await reusable();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw bodyFailure(error, attempted, received);
    }
  }
  return response({
    status,
    headers,
    attempted,
    body: { [Symbol.asyncIterator]: pieces },
    discard: () => discard(stream),
  });
}

/**
 * Resolves when undici can send the next request on the connection of a response that has ended:
 * it does so in the next turn of the event loop, and would open a new connection before.
 */
async function reusable(): Promise<void> {
  await setImmediate();
}

/** Returns a response whose body has already been read. */
export function bufferedResponse(options: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly attempted: FailedRequest;
}): HttpResponse {
  const { status, headers, attempted, body } = options;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (body.length > 0) yield body;
  }
  return response({
    status,
    headers,
    attempted,
    body: { [Symbol.asyncIterator]: pieces },
    discard: () => Promise.resolve(),
  });
}

/** Reads a body into one buffer. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

function response(parts: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly attempted: FailedRequest;
  readonly discard: () => Promise<void>;
}): HttpResponse {
  const { status, headers, body, attempted } = parts;
  const text = async (): Promise<string> => (await collect(body)).toString('utf8');
  return {
    status,
    headers,
    body,
    text,
    json: async () => parseBody(await text(), attempted),
    discard: parts.discard,
  };
}

function parseBody(text: string, attempted: FailedRequest): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = `${attempted.method} ${attempted.path}`;
    const where = new URL(attempted.origin).host;
    const problem = /^\s*[[{"]/.test(text)
      ? `ends in the middle of its JSON, after ${text.length} characters`
      : `is not JSON: ${excerpt(text)}`;
    throw new AdminError('service', `The response of ${where} to ${what} ${problem}`, {
      code: 'BAD_ANSWER',
      hint: 'Check that the address is the right service, and run the command again.',
      cause: error,
    });
  }
}

/** Returns the first 80 characters of a text, quoted and on one line, for a message. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '(empty)';
  return line.length > 80 ? `"${line.slice(0, 80)}..."` : `"${line}"`;
}

/**
 * Drops the rest of a body. Reads up to 64 KiB, so that the connection can be reused; closes the
 * connection if there is more.
 */
async function discard(stream: Readable): Promise<void> {
  let left = 64 * 1024;
  stream.on('error', () => stream.destroy());
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.on('data', (piece: Uint8Array) => {
      left -= piece.length;
      if (left < 0) stream.destroy();
    });
  });
  await reusable();
}
