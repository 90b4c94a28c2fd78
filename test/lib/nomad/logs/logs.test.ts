import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import type { LogClient, LogEvent, LogRead } from '../../../../src/lib/nomad/logs/logs.ts';
import { readLog } from '../../../../src/lib/nomad/logs/logs.ts';
import type { AllocationId } from '../../../../src/lib/nomad/model.ts';
import { hurriedClock } from '../../http/loopback.ts';
import { failureOf } from '../http/recorded-nomad.ts';
import { ALLOCATION, serveLog } from './log-server.ts';

const LOG: LogRead = {
  allocation: ALLOCATION as AllocationId,
  task: 'build-agent',
  stream: 'stderr',
  follow: false,
  tail: null,
};

/** Returns numbered lines that are all different, so that repetitions and gaps are visible. */
function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `{"msg":"line ${from + at} äöü"}\n`).join('');
}

async function read(
  client: LogClient,
  log: Partial<LogRead>,
  onData: (text: string) => void = () => undefined,
): Promise<{ readonly text: string; readonly events: readonly LogEvent['kind'][] }> {
  const context = { clock: hurriedClock(), signal: new AbortController().signal };
  const pieces: Uint8Array[] = [];
  const events: LogEvent['kind'][] = [];
  for await (const event of readLog(client, { ...LOG, ...log }, context)) {
    if (event.kind !== 'data') events.push(event.kind);
    else {
      pieces.push(event.data);
      onData(Buffer.concat(pieces).toString());
    }
  }
  return { text: Buffer.concat(pieces).toString(), events };
}

describe('readLog', () => {
  it('returns exactly the bytes of the log, however it is interrupted and rotated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 100, size: 'max' }),
        fc.integer({ min: 200, max: 2_000 }),
        fc.boolean(),
        async (bursts, cuts, maxBytes, follow) => {
          const server = await serveLog({ maxFiles: 1_000, maxBytes });
          // Every sixth answer is long enough to make progress, so that the log can be read at all.
          server.cuts.push(...cuts.map((cut, at) => (at % 6 === 5 ? 4_000 : cut)));
          let written = '';
          const grow = (): void => {
            const count = bursts.shift();
            if (count === undefined) {
              server.end();
              return;
            }
            const burst = lines(written.split('\n').length, count);
            written += burst;
            server.log.append(Buffer.from(burst));
          };
          if (!follow) while (bursts.length > 0) grow();
          else {
            grow();
            server.onRequest = () => setImmediate(grow);
          }
          const result = await read(server.client, { follow }, (text) => {
            if (follow && text === written) grow();
          });
          expect(result.text).toBe(written);
          expect(result.events).not.toContain('lost');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('ends when the build has ended and its last lines have been read', async () => {
    const server = await serveLog({ maxFiles: 10, maxBytes: 10_000 });
    server.log.append(Buffer.from(lines(1, 3)));
    const result = await read(server.client, { follow: true }, (text) => {
      if (text !== lines(1, 3)) return;
      server.end();
      server.log.append(Buffer.from(lines(4, 2)));
    });
    expect(result).toEqual({ text: lines(1, 5), events: [] });
  });

  it('resumes without a gap if the file that offsets are counted from has been deleted', async () => {
    const server = await serveLog({ maxFiles: 3, maxBytes: 400 });
    server.log.append(Buffer.from(lines(1, 40)));
    server.cuts.push(1_300);
    server.onRequest = () => {
      if (server.requests.length !== 2) return;
      server.log.append(Buffer.from(lines(41, 12)));
      server.end();
    };
    const result = await read(server.client, { follow: true });
    expect(result.events).toEqual(['broken']);
    expect(server.requests.map((query) => query.get('origin'))).toContain('end');
    expect(result.text).toBe(lines(1, 52));
  });

  it('reports the loss if more was deleted than had been read', async () => {
    const server = await serveLog({ maxFiles: 2, maxBytes: 200 });
    server.log.append(Buffer.from(lines(1, 20)));
    server.cuts.push(400);
    server.onRequest = () => {
      if (server.requests.length !== 2) return;
      server.log.append(Buffer.from(lines(21, 100)));
      server.end();
    };
    const result = await read(server.client, { follow: true });
    expect(result.events).toEqual(['broken', 'lost']);
    expect(result.text.endsWith(lines(116, 5))).toBe(true);
  });

  it.each([0, 1, 3, 399, 400, 401])('reads the last %d lines, and then follows', async (tail) => {
    const server = await serveLog({ maxFiles: 100, maxBytes: 3_000 });
    server.log.append(Buffer.from(lines(1, 400)));
    const last = lines(Math.max(1, 401 - tail), Math.min(tail, 400));
    expect((await read(server.client, { tail })).text).toBe(last);
    let grown = false;
    server.onRequest = () => {
      if (grown || server.requests.at(-1)?.get('follow') !== 'true') return;
      grown = true;
      server.log.append(Buffer.from(lines(401, 5)));
      server.end();
    };
    const followed = await read(server.client, { tail, follow: true });
    expect(followed).toEqual({ text: last + lines(401, 5), events: [] });
  });

  it.each([
    ['not followed', { follow: false, tail: null }],
    ['followed', { follow: true, tail: null }],
    ['followed from its last lines', { follow: true, tail: 10_000 }],
  ])('returns the whole log if its files are longer than a frame: %s', async (_, log) => {
    const server = await serveLog({ maxFiles: 10, maxBytes: 250_000 });
    const long = lines(1, 12_000);
    server.log.append(Buffer.from(long));
    const expected = log.tail === null ? long : lines(2_001, 10_000);
    let added = '';
    const result = await read(server.client, log, (text) => {
      if (!log.follow || text !== expected + added) return;
      if (added !== '') return server.end();
      added = lines(12_001, 5);
      server.log.append(Buffer.from(added));
    });
    expect(result.text === expected + added).toBe(true);
    expect(result.events).toEqual([]);
  });

  // As Nomad 2.0.6 in a pod of Kubernetes 1.30 that was deleted: the pod is gone, and its successor
  // does not know the allocation for a moment.
  it('follows on through the replacement of the server, but does not wait for one at first', async () => {
    const server = await serveLog({ maxFiles: 100, maxBytes: 200 });
    server.log.append(Buffer.from(lines(1, 40)));
    server.cuts.push(700);
    const withLogs = (logs: LogClient['logs']): LogClient => {
      const { client } = server;
      return { access: client.access, allocation: client.allocation.bind(client), logs };
    };
    const absent = ['NOMAD_POD_NOT_FOUND', 'NOMAD_ALLOCATION_NOT_FOUND'];
    let streams = 0;
    const logs: LogClient['logs'] = (request) => {
      streams += 1;
      const code = streams === 1 ? undefined : absent.shift();
      if (code !== undefined) throw new AdminError('notFound', 'not there', { code });
      if (streams === 4) server.end();
      return server.client.logs(request);
    };
    const result = await read(withLogs(logs), { follow: true });
    expect(result).toEqual({ text: lines(1, 40), events: ['broken', 'broken', 'broken'] });
    const gone = () => {
      throw new AdminError('notFound', 'not there', { code: 'NOMAD_POD_NOT_FOUND' });
    };
    const error = await failureOf(read(withLogs(gone), { follow: true }));
    expect(error).toMatchObject({ code: 'NOMAD_POD_NOT_FOUND' });
  });

  it('fails after several attempts, with the last error', async () => {
    const server = await serveLog({ maxFiles: 2, maxBytes: 200 });
    server.log.append(Buffer.from(lines(1, 3)));
    server.cuts.push(...Array.from({ length: 40 }, () => 5));
    const error = await failureOf(read(server.client, {}));
    expect(error).toMatchObject({ kind: 'service' });
    expect(server.requests).toHaveLength(9);
  });
});
