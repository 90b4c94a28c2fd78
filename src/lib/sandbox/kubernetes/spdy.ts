import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { createInflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const CHUNK = 32 * 1024;

/** A stream opened by a SPDY client. */
export class SpdyStream {
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The data sent by the client. */
  readonly input = new PassThrough();
  readonly #write: (flags: number, data: Uint8Array) => void;
  #ended = false;

  constructor(
    headers: Readonly<Record<string, string>>,
    write: (flags: number, data: Uint8Array) => void,
  ) {
    this.headers = headers;
    this.#write = write;
  }

  write(data: string | Uint8Array): void {
    if (this.#ended) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    for (let at = 0; at < bytes.length; at += CHUNK) this.#write(0, bytes.subarray(at, at + CHUNK));
  }

  /** Ends the server's direction. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#write(FIN, new Uint8Array(0));
  }
}

/**
 * The server side of the part of SPDY/3.1 that Kubernetes uses: clients open streams with headers,
 * both sides send data. Neither kubectl (moby/spdystream) nor the API server implements flow
 * control. The SPDY library for Node therefore cannot be used: it would wait for window updates.
 */
export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  #lastStream = 0;
  #replied = false;

  constructor(socket: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
  }

  /** Reads frames until the connection ends. */
  async serve(): Promise<void> {
    let buffered: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of this.#socket) {
        buffered = Buffer.concat([buffered, chunk]);
        for (;;) {
          if (buffered.length < 8) break;
          const length = buffered.readUIntBE(5, 3);
          if (buffered.length < 8 + length) break;
          const frame = buffered.subarray(0, 8 + length);
          buffered = buffered.subarray(8 + length);
          await this.#receive(frame);
        }
      }
    } catch (error) {
      // The peer disconnected in the middle of a frame; its streams are ended below.
      this.#socket.destroy(error instanceof Error ? error : undefined);
    } finally {
      for (const stream of this.#streams.values()) stream.input.end();
      this.#inflate.close();
    }
  }

  /** Sends GOAWAY and closes the connection after all written data. */
  close(): void {
    const body = Buffer.alloc(8);
    body.writeUInt32BE(this.#lastStream, 0);
    this.#control(GOAWAY, 0, body);
    this.#socket.end();
  }

  async #receive(frame: Buffer): Promise<void> {
    const flags = frame.readUInt8(4);
    const body = frame.subarray(8);
    if ((frame.readUInt8(0) & 0x80) === 0) {
      const stream = this.#streams.get(frame.readUInt32BE(0));
      if (body.length > 0) stream?.input.write(Buffer.from(body));
      if (flags & FIN) stream?.input.end();
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM:
        await this.#open(body, flags);
        break;
      case RST_STREAM:
        this.#streams.get(body.readUInt32BE(0))?.input.end();
        break;
      case PING:
        this.#control(PING, 0, Buffer.from(body));
        break;
      default:
      // SETTINGS, WINDOW_UPDATE, HEADERS and GOAWAY need no response.
    }
  }

  async #open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = parseHeaders(await this.#unpack(body.subarray(10)));
    const stream = new SpdyStream(headers, (streamFlags, data) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id, 0);
      head.writeUInt8(streamFlags, 4);
      head.writeUIntBE(data.length, 5, 3);
      if (this.#socket.writable) this.#socket.write(Buffer.concat([head, data]));
    });
    this.#streams.set(id, stream);
    this.#lastStream = id;
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id, 0);
    this.#control(SYN_REPLY, 0, Buffer.concat([reply, this.#noHeaders()]));
    if (flags & FIN) stream.input.end();
    this.#onStream(stream);
  }

  /**
   * Builds an empty header block: a zlib stream header the first time, the header count as a stored
   * block, and an empty stored block that flushes the reader.
   */
  #noHeaders(): Buffer {
    const stored = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    if (this.#replied) return stored;
    this.#replied = true;
    return Buffer.concat([Buffer.from([0x78, 0x9c]), stored]);
  }

  /**
   * Decompresses a header block. All blocks form one compressed stream, so they are processed in
   * order.
   */
  #unpack(block: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const inflate = this.#inflate;
      inflate.once('error', reject);
      inflate.write(block, () => {
        inflate.off('error', reject);
        const plain: unknown = inflate.read();
        resolve(Buffer.isBuffer(plain) ? plain : Buffer.alloc(4));
      });
    });
  }

  #control(type: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(body.length, 5, 3);
    if (this.#socket.writable) this.#socket.write(Buffer.concat([head, body]));
  }
}

function parseHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    const value = block.subarray(at + 4, at + 4 + length).toString('latin1');
    at += 4 + length;
    return value;
  };
  for (let left = block.readUInt32BE(0); left > 0; left -= 1) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}
