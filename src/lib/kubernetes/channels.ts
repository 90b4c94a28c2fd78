import type { RawData, WebSocket } from 'ws';
import type { Clock, Milliseconds } from '../clock.ts';

/** On v5, a frame on this channel ends the channel that it names. */
const CLOSE_CHANNEL = 255;

/** Below the idle limits of the load balancers in front of API servers (60 s on AWS). */
const HEARTBEAT: Milliseconds = 25_000;
const MISSED_BEATS = 3;

/** Why a connection ended, as far as WebSocket says: its close code and reason. */
export interface ChannelsClosed {
  readonly code: number;
  readonly reason: string;
}

/**
 * Frames of numbered channels over one WebSocket, as exec and port-forward speak them: the first
 * byte of each message is the channel. Keeps the connection alive, and drops it when the other side
 * has not answered for {@link MISSED_BEATS} heartbeats.
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
    // A `close` follows every error, and says all that can be said to the user.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => {
      this.#ended.abort();
      handlers.closed({ code, reason: reason.toString('utf8') });
    });
    this.#beat(clock).catch(() => undefined);
    socket.resume();
  }

  /** Sends a frame; resolves when the socket has taken it, or when it is gone. */
  send(channel: number, data: Uint8Array): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve();
    const frame = Buffer.concat([Uint8Array.of(channel), data]);
    return new Promise((resolve) => this.#socket.send(frame, () => resolve()));
  }

  /** Ends one channel for the other side. False on v4, which has no way to say so. */
  async end(channel: number): Promise<boolean> {
    if (this.#socket.protocol !== 'v5.channel.k8s.io') return false;
    await this.send(CLOSE_CHANNEL, Uint8Array.of(channel));
    return true;
  }

  /** Stops reading for as long as anyone holds it, so that a slow reader slows the sender down. */
  hold(who: object): void {
    this.#held.add(who);
    this.#socket.pause();
  }

  /** Lets go of a {@link hold}. */
  release(who: object): void {
    this.#held.delete(who);
    if (this.#held.size === 0) this.#socket.resume();
  }

  /** Closes the connection, at once if the other side does not answer. */
  close(): void {
    // A paused socket would never see the answer to its close frame.
    this.#held.clear();
    this.#socket.resume();
    this.#socket.close(1000);
  }

  /** Drops the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  async #beat(clock: Clock): Promise<void> {
    for (;;) {
      await clock.sleep(HEARTBEAT, this.#ended.signal);
      // While we do not read, we cannot see answers either.
      if (this.#held.size > 0) continue;
      if (this.#missed >= MISSED_BEATS) return this.drop();
      this.#missed += 1;
      this.#socket.ping();
    }
  }
}
