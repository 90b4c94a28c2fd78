import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import { frameJson, LogCursor } from '../../../../src/lib/sandbox/nomad/logs/frames.ts';
import { RotatingLog } from '../../../../src/lib/sandbox/nomad/logs/rotating-log.ts';
import { CLOCK, recordedText } from '../http/recorded-nomad.ts';

/** The only allocation of the server. */
export const ALLOCATION = '0e449bfc-dd31-87a0-71d8-fe63b5aacb8a';

/**
 * A Nomad server with one allocation, whose log grows, rotates and is cut off as a test requires.
 */
export interface LogServer {
  readonly client: NomadClient;
  readonly log: RotatingLog;
  /** The requests for the log, in order. */
  readonly requests: readonly URLSearchParams[];
  /** The number of bytes of each of the next answers before the connection breaks. */
  readonly cuts: number[];
  /** Called for each request for the log, before it is answered. */
  onRequest: () => void;
  /** Ends the build, which answers the blocking queries for the allocation. */
  end(): void;
}

/** Starts a server that runs until the test ends. */
export async function serveLog(rotation: {
  readonly maxFiles: number;
  readonly maxBytes: number;
}): Promise<LogServer> {
  const log = new RotatingLog(rotation);
  const requests: URLSearchParams[] = [];
  const cuts: number[] = [];
  const watchers = new Set<() => void>();
  let ended = false;
  const allocation = (): string => {
    const text = recordedText('http/allocation-running.json');
    return ended ? text.replace('"ClientStatus": "running"', '"ClientStatus": "complete"') : text;
  };
  const state: Pick<LogServer, 'onRequest'> = { onRequest: () => undefined };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://nomad');
    if (url.pathname.startsWith('/v1/allocation/')) {
      const answer = (): void => {
        response.writeHead(200, { 'X-Nomad-Index': ended ? '20' : '10' });
        response.end(allocation());
      };
      if (ended || !url.searchParams.has('index')) answer();
      else watchers.add(answer);
      return;
    }
    requests.push(url.searchParams);
    state.onRequest();
    stream(log, url.searchParams, response, cuts.shift() ?? Number.POSITIVE_INFINITY);
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  const http = createHttpClient({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ requestTimeout: 5_000, clock: CLOCK, random: () => 0, retries: 0 },
  });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  const client = createHttpNomadClient({ http, access: 'direct', requestTimeout: 5_000 });
  const end = (): void => {
    ended = true;
    for (const answer of watchers) answer();
    watchers.clear();
  };
  return Object.assign(state, { client, log, requests, cuts, end });
}

function stream(
  log: RotatingLog,
  query: URLSearchParams,
  response: ServerResponse,
  cut: number,
): void {
  const place = { task: query.get('task') ?? '', type: query.get('type') ?? '' };
  const origin = query.get('origin') === 'end' ? 'end' : 'start';
  const cursor = new LogCursor(log, place, origin, Number(query.get('offset')));
  let left = cut;
  response.writeHead(200);
  response.flushHeaders();
  const pump = (): void => {
    for (let frame = cursor.next(); frame !== null; frame = cursor.next()) {
      const bytes = Buffer.from(frameJson(frame));
      if (bytes.length >= left) {
        response.write(bytes.subarray(0, left), () => response.destroy());
        // The connection always breaks, even if the limit is between two frames.
        left = 0;
        stop();
        return;
      }
      left -= bytes.length;
      response.write(bytes);
    }
  };
  const stop = log.onChange(() => query.get('follow') === 'true' && pump());
  response.once('close', stop);
  pump();
  if (query.get('follow') !== 'true' && left > 0) response.end();
}
