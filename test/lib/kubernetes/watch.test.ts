import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { PodChange } from '../../../src/lib/kubernetes/client.ts';
import { failure } from '../http/loopback.ts';
import { apiServer, recordedText } from './api-server.ts';

interface PodOnWire {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly resourceVersion: string;
  };
}

function pod(name: string, version: number, uid = `uid-${name}`): PodOnWire {
  const resourceVersion = String(version);
  return { metadata: { name, uid, namespace: 'circleci-server', resourceVersion } };
}

function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** The response to one list, or to one watch, which then ends, breaks or stays open. */
type Answer =
  | { readonly pods: readonly PodOnWire[]; readonly version: number }
  | { readonly events: string; readonly after: 'end' | 'break' | 'stay' };

/** Starts an API server that gives the answers in order and records the requests. */
async function script(answers: readonly Answer[]) {
  const asked: string[] = [];
  const left = [...answers];
  const client = await apiServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://x');
    const watch = url.searchParams.get('watch') === 'true';
    asked.push(watch ? `watch ${url.searchParams.get('resourceVersion')}` : 'list');
    const answer = left.shift();
    response.setHeader('content-type', 'application/json');
    if (!answer) return response.destroy();
    if ('pods' in answer) {
      const metadata = { resourceVersion: String(answer.version) };
      return response.end(JSON.stringify({ kind: 'PodList', metadata, items: answer.pods }));
    }
    response.write(answer.events, () => {
      if (answer.after === 'end') response.end();
      if (answer.after === 'break') response.destroy();
    });
    if (answer.events === '') response.flushHeaders();
  });
  return { client, asked };
}

/** Returns the first `count` changes as text; then aborts. */
async function changes(client: Awaited<ReturnType<typeof script>>['client'], count: number) {
  const controller = new AbortController();
  const seen: string[] = [];
  for await (const change of client.watchPods({ signal: controller.signal })) {
    seen.push(describeChange(change));
    if (seen.length === count) controller.abort(new Error('seen enough'));
  }
  return seen;
}

function describeChange({ type, pod: { name, resourceVersion } }: PodChange): string {
  return `${type} ${name} ${resourceVersion}`;
}

describe('a watch', () => {
  test('yields the recorded changes, from the resource version of the list on', async () => {
    const { client, asked } = await script([
      { pods: [pod('output-processor-847b744b88-2k57b', 790)], version: 800 },
      { events: recordedText('watch-pods.txt'), after: 'stay' },
    ]);
    const lines = recordedText('watch-pods.txt').trim().split('\n');
    const seen = await changes(client, lines.length);
    expect(seen[0]).toBe('ADDED output-processor-847b744b88-2k57b 801');
    expect(seen.at(-1)).toBe('DELETED output-processor-847b744b88-2k57b 822');
    expect(seen).toHaveLength(lines.length);
    expect(asked).toEqual(['list', 'watch 800']);
  });

  test('that ends or breaks resumes from the last resource version, including those of bookmarks', async () => {
    const half = event('MODIFIED', pod('a', 13)).slice(0, 40);
    const { client, asked } = await script([
      { pods: [pod('a', 5)], version: 10 },
      { events: event('MODIFIED', pod('a', 11)), after: 'end' },
      { events: event('BOOKMARK', { metadata: { resourceVersion: '12' } }) + half, after: 'break' },
      { events: event('MODIFIED', pod('a', 13)), after: 'stay' },
    ]);
    expect(await changes(client, 2)).toEqual(['MODIFIED a 11', 'MODIFIED a 13']);
    expect(asked).toEqual(['list', 'watch 10', 'watch 11', 'watch 12']);
  });

  test('whose resource version has expired lists again, and yields the changes since then', async () => {
    const gone = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 410,
      reason: 'Expired',
    };
    const { client, asked } = await script([
      {
        pods: [pod('same', 1), pod('changed', 2), pod('deleted', 3), pod('replaced', 4)],
        version: 10,
      },
      { events: event('ERROR', gone), after: 'end' },
      {
        pods: [pod('same', 1), pod('changed', 12), pod('replaced', 13, 'another'), pod('new', 14)],
        version: 20,
      },
      { events: event('DELETED', pod('new', 21)), after: 'stay' },
    ]);
    expect(await changes(client, 6)).toEqual([
      'DELETED deleted 3',
      'DELETED replaced 4',
      'MODIFIED changed 12',
      'ADDED replaced 13',
      'ADDED new 14',
      'DELETED new 21',
    ]);
    expect(asked).toEqual(['list', 'watch 10', 'list', 'watch 20']);
  });

  test('throws the reason after repeated failures', async () => {
    const { client } = await script([{ pods: [pod('a', 1)], version: 1 }]);
    expect(await failure(changes(client, 1))).toMatchObject({
      kind: 'service',
      code: 'KUBERNETES_UNREACHABLE',
    });
  });

  test('sends no request if it is already aborted', async () => {
    const { client, asked } = await script([]);
    for await (const change of client.watchPods({ signal: AbortSignal.abort() })) {
      throw new Error(`a change: ${describeChange(change)}`);
    }
    expect(asked).toEqual([]);
  });
});
