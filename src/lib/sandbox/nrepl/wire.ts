import type { Socket } from 'node:net';
import bencode from 'bencode';

/** The string fields of a request. */
export type Request = Readonly<Record<string, string>>;

/** Extracts requests from a stream of bytes, which has no framing. */
export class RequestReader {
  #buffer: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): readonly Request[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const requests: Request[] = [];
    for (;;) {
      const value = this.#next();
      if (value === undefined) return requests;
      requests.push(texts(value));
    }
  }

  #next(): unknown {
    if (this.#buffer.length === 0) return undefined;
    let value: unknown;
    try {
      value = bencode.decode(this.#buffer);
    } catch {
      // Incomplete inside a number or a length: more data follows.
      return undefined;
    }
    const { position } = bencode.decode;
    if (position > this.#buffer.length) return undefined;
    this.#buffer = this.#buffer.subarray(position);
    return value;
  }
}

/** Sends messages in order, split into packets of a given size if requested. */
export class MessageWriter {
  readonly #socket: Socket;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Resolves once the message has been sent. */
  send(message: Readonly<Record<string, unknown>>, packetBytes?: number): Promise<void> {
    const bytes = Buffer.from(bencode.encode(message));
    this.#last = this.#last.then(() => this.#write(bytes, packetBytes ?? bytes.length));
    return this.#last;
  }

  async #write(bytes: Buffer, packetBytes: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += packetBytes) {
      if (this.#socket.destroyed) return;
      this.#socket.write(bytes.subarray(at, Math.min(bytes.length, at + packetBytes)));
      // Sends each packet separately, because the kernel would join several writes.
      if (packetBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function texts(value: unknown): Request {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      ArrayBuffer.isView(one)
        ? [[key, Buffer.from(one.buffer, one.byteOffset, one.byteLength).toString('utf8')]]
        : [],
    ),
  );
}
