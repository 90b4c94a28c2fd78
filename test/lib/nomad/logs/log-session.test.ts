import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import type { LogChunk } from '../../../../src/lib/nomad/client.ts';
import { decodeAllocation } from '../../../../src/lib/nomad/http/decode-allocation.ts';
import {
  type LogItem,
  type LogSource,
  readLogs,
} from '../../../../src/lib/nomad/logs/log-session.ts';
import { formatLine, headingOf, lineDocument } from '../../../../src/lib/nomad/logs/log-view.ts';
import type { LogClient } from '../../../../src/lib/nomad/logs/logs.ts';
import type { Allocation, AllocationId } from '../../../../src/lib/nomad/model.ts';
import { hurriedClock } from '../../http/loopback.ts';
import { failureOf, recordedJson } from '../http/recorded-nomad.ts';
import { serveLog } from './log-server.ts';

const RUNNING = decodeAllocation(recordedJson('http/allocation-running.json'), {
  taskStates: true,
  resources: true,
});

function source(changes: Partial<Allocation> = {}, stream: LogSource['stream'] = 'stderr') {
  if (!RUNNING) throw new Error('no allocation');
  return { allocation: { ...RUNNING, ...changes }, task: 'build-agent', stream };
}

async function items(
  client: LogClient,
  sources: readonly LogSource[],
  follow: boolean,
): Promise<readonly LogItem[]> {
  const found: LogItem[] = [];
  const context = { clock: hurriedClock(), signal: new AbortController().signal };
  const options = { follow, tail: null, lines: true };
  for await (const item of readLogs(client, sources, options, context)) found.push(item);
  return found;
}

/** Creates a client whose logs have no positions, as those of the nomad CLI. */
function plain(logs: Readonly<Record<string, readonly string[]>>): LogClient {
  return {
    access: 'exec',
    allocation: async () => ({
      value: source({ clientStatus: 'complete' }).allocation,
      index: null,
    }),
    async *logs({ allocation, offset, origin }): AsyncGenerator<LogChunk> {
      let skip = origin === 'start' ? offset : 0;
      for (const piece of logs[allocation] ?? []) {
        const data = Buffer.from(piece).subarray(skip);
        skip = Math.max(0, skip - piece.length);
        if (data.length > 0) yield { data, file: null, offset: null, event: null };
      }
    },
  };
}

describe('readLogs', () => {
  it('reads several logs one after the other, by lines', async () => {
    const [a, b] = ['aaaaaaaa-1', 'bbbbbbbb-2'] as AllocationId[];
    if (!a || !b) throw new Error('no ids');
    const client = plain({ [a]: ['one\ntw', 'o\n'], [b]: ['three'] });
    const found = await items(client, [source({ id: a }), source({ id: b }, 'stdout')], false);
    const marks = { allocation: true, stream: true, color: false };
    expect(
      found.map((item) => (item.kind === 'line' ? formatLine(item, marks) : item.kind)),
    ).toEqual([
      'begin',
      'aaaaaaaa stderr | one',
      'aaaaaaaa stderr | two',
      'begin',
      'bbbbbbbb stdout | three',
    ]);
    const last = found.at(-1);
    expect(last?.kind === 'line' && lineDocument(last)).toEqual({
      allocation: b,
      task: 'build-agent',
      stream: 'stdout',
      text: 'three',
    });
    expect(headingOf(source({ id: a }))).toBe(
      '==> stderr of allocation aaaaaaaa on ip-10-0-10-131, running <==',
    );
  });

  it('follows a log without positions by counting bytes, to its end and without repetition', async () => {
    const id = 'aaaaaaaa-1' as AllocationId;
    const found = await items(plain({ [id]: ['one\n', 'two\n'] }), [source({ id })], true);
    expect(found.map((item) => (item.kind === 'line' ? item.text : item.kind))).toEqual([
      'begin',
      'one',
      'two',
    ]);
  });

  it('follows both streams concurrently', async () => {
    const server = await serveLog({ maxFiles: 9, maxBytes: 1_000 });
    server.log.append(Buffer.from('one\n'));
    server.onRequest = () => {
      if (server.requests.length !== 2) return;
      server.log.append(Buffer.from('two\n'));
      server.end();
    };
    const found = await items(server.client, [source(), source({}, 'stdout')], true);
    for (const stream of ['stderr', 'stdout']) {
      const texts = found.flatMap((item) =>
        item.kind === 'line' && item.source.stream === stream ? [item.text] : [],
      );
      expect(texts).toEqual(['one', 'two']);
    }
  });

  it.each([
    [
      'NOMAD_CLIENT_UNREACHABLE',
      'service',
      'the stderr of build-agent in allocation 0e449bfc is on client ip-10-0-10-131, which Nomad cannot reach',
      /alloc\/0e449bfc-dd31-87a0-71d8-fe63b5aacb8a\/alloc\/logs\/build-agent\.stderr\.0 .*nomad node-status 4ad846c5$/,
    ],
    [
      'NOMAD_LOGS_GONE',
      'notFound',
      'the stderr of build-agent in allocation 0e449bfc was deleted by client ip-10-0-10-131',
      /the build page/,
    ],
    [
      'NOMAD_LOGS_NOT_YET',
      'notFound',
      'the stderr of build-agent in allocation 0e449bfc does not exist yet: the task has not started',
      /--follow/,
    ],
  ] as const)(
    'explains %s with a hint how else to get the log',
    async (code, kind, message, hint) => {
      let asked = 0;
      const client: LogClient = {
        ...plain({}),
        logs: () => {
          asked += 1;
          throw new AdminError(kind, 'in the words of Nomad', { code });
        },
      };
      const error = await failureOf(items(client, [source()], false));
      expect(error).toMatchObject({ kind, code, message, hint: expect.stringMatching(hint) });
      expect(asked).toBe(1);
    },
  );

  it.each([
    ['complete', 'NOMAD_ALLOCATION_NOT_FOUND', 'NOMAD_LOGS_GONE'],
    ['pending', 'NOMAD_ALLOCATION_NOT_FOUND', 'NOMAD_LOGS_NOT_YET'],
    ['pending', 'NOMAD_LOGS_GONE', 'NOMAD_LOGS_NOT_YET'],
  ] as const)(
    'recognises that the client has deleted, or does not have yet, a %s allocation',
    async (clientStatus, said, code) => {
      const client: LogClient = {
        ...plain({}),
        logs: () => {
          throw new AdminError('notFound', 'Unknown allocation "0e449bfc"', { code: said });
        },
      };
      const found = source();
      const listed = { ...found, allocation: { ...found.allocation, clientStatus } };
      expect(await failureOf(items(client, [listed], false))).toMatchObject({ code });
    },
  );
});
