import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busybox } from '../../../../src/lib/sandbox/kubernetes/busybox.ts';
import type { PodBackend } from '../../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import { LIMITED_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import {
  containerEvents,
  RECORDED_PODS,
  type Rig,
  recorded,
  recordedJson,
  startRig,
} from './rig.ts';
import { Shape } from './shape.ts';

interface Recording {
  readonly file: string;
  readonly method?: string;
  readonly path: string;
  readonly request: unknown;
  readonly as: string;
  readonly status: number;
  readonly contentType: string;
}

const NS = '/api/v1/namespaces/circleci-server';
const RECORDINGS = (recordedJson('index.json') as Recording[]).filter(({ method }) => method);
const TOKENS: Readonly<Record<string, string>> = {
  'limited service account': LIMITED_TOKEN,
  'bad token': 'nobody',
};

/** The recorded pods, by workload. */
const RECORDED_NAMES = /\b([a-z][a-z-]*)-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g;

let rig: Rig;
let upstream: ReturnType<typeof createServer>;

function nomad(port: number): PodBackend {
  return { ...busybox('circleci-nomad-0'), ports: { 4646: port } };
}

beforeAll(async () => {
  upstream = createServer((request, response) => {
    if (request.url === '/v1/nodes') {
      response.setHeader('Content-Type', 'application/json');
      response.end(recorded('proxy-nomad-nodes.json'));
      return;
    }
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('job not found');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const configMaps = { 'nomad-server': { 'server.hcl': 'server {}\n' } };
  const scenario = { pods: RECORDED_PODS, configMaps };
  rig = await startRig(scenario, { 'circleci-nomad-0': nomad(port) });
});

afterAll(async () => {
  await rig.stop();
  upstream.close();
});

/** Replaces recorded names with those of the sandbox. */
function translate(text: string): string {
  return text.replace(RECORDED_NAMES, (whole, workload: string) => {
    const known = RECORDED_PODS.some(({ name }) => name === workload);
    return known ? rig.sandbox.pod(workload).metadata.name : whole;
  });
}

/** Replaces the IP addresses of pods. */
function normalise(text: string): string {
  return text.replace(/\b10\.42\.\d+\.\d+\b/g, 'POD-IP');
}

describe('responds like the recorded server', () => {
  test.each(RECORDINGS.filter(({ file }) => file !== 'watch-pods.txt'))(
    '$method $path ($as)',
    async (recording) => {
      const token = TOKENS[recording.as];
      // The recorded namespace had more events than the sandbox has at the start.
      const path = translate(recording.path).replace('events?limit=20', 'events?limit=1');
      const answer = await rig.fetch(path, {
        method: recording.method ?? 'GET',
        ...(recording.request === null ? {} : { body: recording.request }),
        ...(token === undefined ? {} : { token }),
      });
      expect(answer.status).toBe(recording.status);
      expect(answer.headers['content-type']).toBe(recording.contentType);
      if (recording.file.endsWith('.txt')) return;
      const expected = JSON.parse(translate(recorded(recording.file)));
      if (recording.status >= 400) {
        expect(JSON.parse(normalise(answer.text))).toEqual(
          JSON.parse(normalise(JSON.stringify(expected))),
        );
      } else {
        expect(Shape.of(expected, ...variants(recording.file)).check(answer.json())).toEqual([]);
      }
    },
  );
});

/** Returns more recordings of the same kind of document, to determine optional fields. */
function variants(file: string): unknown[] {
  if (file.startsWith('pods')) return [recordedJson('pods.json')];
  if (file === 'events.json') return [containerEvents()];
  return [];
}

describe('recorded texts', () => {
  test('log lines have a timestamp with nine fractional digits', async () => {
    rig.sandbox.appendLog('dispatcher', undefined, 'popped build');
    const { name } = rig.sandbox.pod('dispatcher').metadata;
    const answer = await rig.fetch(`${NS}/pods/${name}/log?tailLines=1&timestamps=true`);
    expect(answer.text).toBe('2026-11-23T17:00:00.000000000Z popped build\n');
    const [first = ''] = recorded('log-timestamps.txt').split('\n');
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /);
  });

  test("the proxy passes the body of a pod's response through", async () => {
    const path = `${NS}/pods/circleci-nomad-0:4646/proxy/v1/job/nope`;
    const answer = await rig.fetch(path);
    expect(answer.text).toBe(recorded('proxy-nomad-error-passes-through.txt').trimEnd());
  });
});

interface WatchEvent {
  readonly type: string;
  readonly object: { readonly metadata: Record<string, unknown>; readonly status: unknown };
}

/** Reduces a watch to the events of each pod, in order, without names and times. */
function perPod(text: string): unknown {
  const events = text
    .trim()
    .split('\n')
    .map((line): WatchEvent => JSON.parse(line));
  const names = [...new Set(events.map(({ object }) => object.metadata['name']))];
  return names.map((name) =>
    events
      .filter(({ object }) => object.metadata['name'] === name)
      .map(({ type, object }) => ({
        type,
        deleting: 'deletionTimestamp' in object.metadata,
        grace: object.metadata['deletionGracePeriodSeconds'] ?? null,
        status: anonymous(object.status),
      })),
  );
}

function anonymous(status: unknown): unknown {
  const text = JSON.stringify(status)
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME')
    .replace(/"(containerd:\/\/|sha256:)[0-9a-f]{64}"/g, '"ID"')
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, 'IP');
  return JSON.parse(text);
}

test('a watch shows the deletion of a pod and its replacement as recorded', async () => {
  const own = await startRig({ pods: RECORDED_PODS }, {}, 5);
  const { name } = own.sandbox.pod('output-processor').metadata;
  await own.fetch(`${NS}/pods/${name}`, { method: 'DELETE' });
  const query = 'watch=true&timeoutSeconds=6&labelSelector=app%3Doutput-processor';
  const watching = own.fetch(`${NS}/pods?${query}`);
  // The server has registered the watch once it has counted it.
  while (own.calls.reads < 1) await new Promise((resolve) => setImmediate(resolve));
  await own.clock.advance(6_000);
  const seen = (await watching).text;
  await own.stop();
  expect(perPod(seen)).toEqual(perPod(recorded('watch-pods.txt')));
});
