import type { RawData, WebSocket } from 'ws';
import type { Clock, Milliseconds } from '../clock.ts';

/** In v5, a frame on this channel closes the channel whose number it contains. */
const CLOSE_CHANNEL = 255;

/** Shorter than the idle timeouts of the load balancers in front of API servers (60 s on AWS). */
const HEARTBEAT: Milliseconds = 25_000;
const MISSED_BEATS = 3;

/** The close code and reason with which a WebSocket was closed. */
export interface ChannelsClosed {
  readonly code: number;
  readonly reason: string;
}

/**
 * Sends and receives the frames of numbered channels over one WebSocket, the protocol of exec and
 * port-forward: the first byte of each message is the channel number. Sends heartbeats, and drops
 * the connection after {@link MISSED_BEATS} heartbeats without an answer.
 */
export class Channels {
  readonly #socket: WebSocket;
  readonly #ended = new AbortController();
  readonly #held = new Set<object>();
  #missed = 0;

  constructor(
    socket: WebSocket,
    handlers: {
      frame(channel: number, data: Buffer): void;
      closed(how: ChannelsClosed): void;
    },
    clock: Clock,
  ) {
    this.#socket = socket;
    socket.on('message', (message: RawData) => {
      this.#missed = 0;
      const bytes = Buffer.isBuffer(message) ? message : Buffer.from(message as ArrayBuffer);
      if (bytes.length > 0) handlers.frame(bytes.readUInt8(0), bytes.subarray(1));
    });
    socket.on('pong', () => {
      this.#missed = 0;
    });
    // A `close` event follows every error, and is all that the caller needs.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => {
      this.#ended.abort();
      handlers.closed({ code, reason: reason.toString('utf8') });
    });
    this.#beat(clock).catch(() => undefined);
    socket.resume();
  }

  /**
   * Sends a frame; resolves when the socket has accepted it, or at once if the socket is not open.
   */
  send(channel: number, data: Uint8Array): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve();
    const frame = Buffer.concat([Uint8Array.of(channel), data]);
    return new Promise((resolve) => this.#socket.send(frame, () => resolve()));
  }

  /**
   * Closes one channel for the other side. Returns false with v4, which cannot close a single
   * channel.
   */
  async end(channel: number): Promise<boolean> {
    if (this.#socket.protocol !== 'v5.channel.k8s.io') return false;
    await this.send(CLOSE_CHANNEL, Uint8Array.of(channel));
    return true;
  }

  /**
   * Stops reading while at least one holder remains, so that a slow reader slows down the sender.
   */
  hold(who: object): void {
    this.#held.add(who);
    this.#socket.pause();
  }

  /** Undoes a {@link hold} of the same holder. */
  release(who: object): void {
    this.#held.delete(who);
    if (this.#held.size === 0) this.#socket.resume();
  }

  /** Closes the connection with a close frame. */
  close(): void {
    // A paused socket would never receive the answer to its close frame.
    this.#held.clear();
    this.#socket.resume();
    this.#socket.close(1000);
  }

  /** Terminates the connection without a close frame. */
  drop(): void {
    this.#socket.terminate();
  }

  async #beat(clock: Clock): Promise<void> {
    for (;;) {
      await clock.sleep(HEARTBEAT, this.#ended.signal);
      // While the socket is paused, answers cannot be received.
      if (this.#held.size > 0) continue;
      if (this.#missed >= MISSED_BEATS) return this.drop();
      this.#missed += 1;
      this.#socket.ping();
    }
  }
}
