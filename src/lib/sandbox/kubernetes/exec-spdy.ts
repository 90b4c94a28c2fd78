import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { type ExecQuery, type ExecStatus, runExec } from './exec.ts';
import type { PodBackend } from './pod-backend.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';

/** Serves an exec over SPDY, where the client opens one stream per channel. */
export async function execOverSpdy(
  socket: Duplex,
  backend: PodBackend,
  query: ExecQuery,
): Promise<void> {
  const streams = new Map<string, SpdyStream>();
  const wanted = [
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => query[name]),
    // From v3 on, a terminal has a stream for its size, which the server also waits for.
    ...(query.tty ? ['resize'] : []),
  ];
  let begin: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const connection = new SpdyConnection(socket, (stream) => {
    const type = stream.headers['streamtype'] ?? '';
    streams.set(type, stream);
    if (type === 'resize') stream.input.resume();
    if (wanted.every((name) => streams.has(name))) begin();
  });
  const gone = new AbortController();
  const served = connection.serve().then(() => {
    gone.abort(new Error('the client went away'));
    begin();
  });
  await complete;
  if (!gone.signal.aborted) {
    const status: ExecStatus = await runExec(backend, query, {
      stdin: query.stdin ? (streams.get('stdin')?.input ?? ended()) : ended(),
      write: (name, data) => streams.get(name)?.write(data),
      signal: gone.signal,
    });
    streams.get('stdout')?.end();
    streams.get('stderr')?.end();
    streams.get('error')?.write(JSON.stringify(status));
    streams.get('error')?.end();
    connection.close();
  }
  await served;
}

function ended(): PassThrough {
  const stream = new PassThrough();
  stream.end();
  return stream;
}
