import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { podLogs } from '../../../../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { apiServer } from '../../kubernetes/api-server.ts';

const PODS = 5;
const MEBIBYTE = 1024 * 1024;
const FILLER = 'x'.repeat(1_000);

function podObject(name: string) {
  return {
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-03-02T08:00:00Z' },
    spec: { containers: [{ name: 'writer' }], nodeName: 'node' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'writer', ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
}

/**
 * Writes numbered lines with times one millisecond apart, for as long as the reader accepts them.
 */
function write(response: ServerResponse, sent: (bytes: number) => void): void {
  let line = 0;
  const pump = (): void => {
    while (!response.destroyed) {
      const time = new Date(Date.parse('2026-03-02T09:00:00Z') + line).toISOString();
      const text = `${time} ${line} ${FILLER}\n`;
      line += 1;
      sent(text.length);
      if (!response.write(text)) break;
    }
  };
  response.on('drain', pump);
  pump();
}

/** Waits until a number has not changed for many turns of the event loop. */
async function atRest(value: () => number): Promise<number> {
  let last = value();
  for (let turn = 0; turn < 300; turn += 1) {
    await setImmediate();
    if (value() !== last) turn = 0;
    last = value();
  }
  return last;
}

it('makes servers stop writing while lines are not read, and loses no line', async () => {
  let sent = 0;
  let read = 0;
  const client = await apiServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const [, name, log] = /\/pods(?:\/([^/]+))?(\/log)?$/.exec(pathname) ?? [];
    response.setHeader('content-type', 'application/json');
    if (log !== undefined) {
      if (searchParams.get('follow') !== 'true') return response.end();
      return write(response, (bytes) => {
        sent += bytes;
      });
    }
    if (name !== undefined) return response.end(JSON.stringify(podObject(name)));
    if (searchParams.get('watch') === 'true') return response.flushHeaders();
    const items = Array.from({ length: PODS }, (_, number) => podObject(`writer-${number}`));
    return response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items }));
  });
  const stop = new AbortController();
  const options = {
    ...{ follow: true, previous: false, sinceMs: null, tail: null },
    ...{ grep: null, container: null, maxStreams: PODS },
  };
  const context = {
    clock: { now: () => new Date('2026-03-02T09:00:00Z'), sleep: () => Promise.resolve() },
    signal: stop.signal,
  };
  const held: number[] = [];
  const next = new Map<string, number>();
  const choice = { names: [], services: [] };
  for await (const event of podLogs(client, makeCatalogue(), choice, options, context)) {
    if (event.kind !== 'lines') continue;
    for (const { source, text } of event.lines) {
      expect(Number.parseInt(text, 10)).toBe(next.get(source.pod) ?? 0);
      next.set(source.pod, Number.parseInt(text, 10) + 1);
      read += text.length;
    }
    if (read > (held.length + 1) * 4 * MEBIBYTE) held.push((await atRest(() => sent)) - read);
    if (held.length === 4) break;
  }
  stop.abort();
  // For each stream, the buffers of the kernel on both ends (which grow to about 10 MiB) and our
  // own.
  for (const bytes of held) expect(bytes / PODS).toBeLessThan(12 * MEBIBYTE);
  expect(next.size).toBe(PODS);
});
