import { PassThrough } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { type ExecQuery, type ExecStatus, runExec } from './exec.ts';
import type { PodBackend } from './pod-backend.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const CLOSE = 255;

/** Serves an exec over a WebSocket, where the first byte of every message is the channel. */
export async function execOverWebSocket(
  socket: WebSocket,
  backend: PodBackend,
  query: ExecQuery,
): Promise<void> {
  const stdin = new PassThrough();
  const gone = new AbortController();
  socket.on('message', (data: RawData) => receive(toBuffer(data), stdin));
  socket.once('close', () => {
    gone.abort(new Error('the client went away'));
    stdin.end();
  });
  if (!query.stdin) stdin.end();
  const send = (channel: number, data: string | Uint8Array): void => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (socket.readyState === socket.OPEN) {
      socket.send(Buffer.concat([Buffer.from([channel]), bytes]), { binary: true });
    }
  };
  // The server first sends an empty message on the lowest channel it writes to.
  send(query.stdout ? STDOUT : query.stderr ? STDERR : ERROR, '');
  const status: ExecStatus = await runExec(backend, query, {
    stdin,
    write: (stream, data) => send(stream === 'stdout' ? STDOUT : STDERR, data),
    signal: gone.signal,
  });
  send(ERROR, JSON.stringify(status));
  socket.close(1000);
}

function receive(message: Buffer, stdin: PassThrough): void {
  const channel = message[0];
  const data = message.subarray(1);
  if (stdin.writableEnded) return;
  if (channel === STDIN) stdin.write(data);
  // v5 only: closes the channel whose number follows.
  if (channel === CLOSE && data[0] === STDIN) stdin.end();
}

/** Returns a message of `ws` as one buffer. */
export function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
