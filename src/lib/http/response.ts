import type { Readable } from 'node:stream';
import { AdminError } from '../errors.ts';
import { type Attempted, bodyFailure } from './failure.ts';
import type { HttpResponse } from './http.ts';

/** An answer whose body comes over the wire. Throws what `signal` was aborted with as it is. */
export function streamedResponse(options: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: Readable;
  readonly attempted: Attempted;
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

/** An answer whose body was read already, handed on. */
export function bufferedResponse(options: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly attempted: Attempted;
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

/** All pieces of a body in one. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

function response(parts: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly attempted: Attempted;
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

function parseBody(text: string, attempted: Attempted): unknown {
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

/** The beginning of a text on one line, for a message. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '(empty)';
  return line.length > 80 ? `"${line.slice(0, 80)}..."` : `"${line}"`;
}

/** Reads a short rest, so that the connection can be used again; lets a long one go with it. */
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
}
