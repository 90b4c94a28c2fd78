import { createServer, type ServerResponse } from 'node:http';

/**
 * An API server whose pods write numbered lines at a constant rate from its start on. `pod-logs.ts`
 * runs it in a separate process. Lines are computed on demand, so that it stores none.
 */

const [pods = 50, rate = 400, killEveryMs = 0] = process.argv.slice(2).map(Number);
const START = Math.floor(Date.now() / 1_000) * 1_000;
const TICK_MS = 50;
/** Maximum number of lines per write. */
const MOST_LINES = 1_000;
const FILLER = 'x'.repeat(60);

interface Stream {
  readonly pod: number;
  readonly response: ServerResponse;
  /** Number of the next line. */
  next: number;
  /** Number of the line before which the stream ends; null for a stream that follows its pod. */
  readonly end: number | null;
}

const streams = new Set<Stream>();

function podObject(number: number) {
  return {
    metadata: {
      name: `writer-${number}`,
      namespace: 'bench',
      uid: `uid-${number}`,
      resourceVersion: '1',
      creationTimestamp: new Date(START).toISOString(),
    },
    spec: { containers: [{ name: 'writer' }], nodeName: 'node' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'writer', ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
}

/** Returns the lines of a pod from one number up to, but excluding, another. */
function text(pod: number, from: number, to: number): string {
  let all = '';
  for (let line = from; line < to; line += 1) {
    const ms = START + (line * 1_000) / rate;
    const nanos = String(Math.floor((ms % 1_000) * 1e6)).padStart(9, '0');
    all += `${new Date(ms).toISOString().slice(0, 19)}.${nanos}Z ${pod} ${line} ${FILLER}\n`;
  }
  return all;
}

function due(): number {
  return Math.floor(((Date.now() - START) * rate) / 1_000);
}

function pump(stream: Stream): void {
  // Respect backpressure: a slow reader's lines are computed when it reads on.
  const { response, end } = stream;
  while (stream.next < (end ?? due()) && !response.writableNeedDrain) {
    const to = Math.min(end ?? due(), stream.next + MOST_LINES);
    response.write(text(stream.pod, stream.next, to));
    stream.next = to;
  }
  if (stream.next === end && !response.writableEnded) response.end();
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://x');
  const [, name, log] = /\/pods(?:\/writer-(\d+))?(\/log)?$/.exec(url.pathname) ?? [];
  response.setHeader('content-type', 'application/json');
  if (log !== undefined) {
    const since = Date.parse(url.searchParams.get('sinceTime') ?? '') || START;
    const from = Math.max(0, Math.ceil(((since - START) * rate) / 1_000));
    const follows = url.searchParams.get('follow') === 'true';
    const end = follows ? null : Math.max(from, due());
    const stream: Stream = { pod: Number(name), response, next: from, end };
    pump(stream);
    streams.add(stream);
    response.on('drain', () => pump(stream));
    response.on('close', () => streams.delete(stream));
    return response.flushHeaders();
  }
  if (name !== undefined) return response.end(JSON.stringify(podObject(Number(name))));
  if (url.searchParams.get('watch') === 'true') return response.flushHeaders();
  const items = Array.from({ length: pods }, (_, number) => podObject(number));
  return response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items }));
});

setInterval(() => {
  for (const stream of streams) pump(stream);
}, TICK_MS);
if (killEveryMs > 0) {
  setInterval(() => {
    const all = [...streams];
    for (const { response } of all) if (Math.random() < 0.5) response.destroy();
  }, killEveryMs);
}
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
