import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../src/lib/http/http.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type { AllocationId, JobId, NodeId } from '../../../../src/lib/nomad/model.ts';
import {
  type Answer,
  all,
  failureOf,
  RECORDED,
  recordedJson,
  recordedText,
  type Seen,
  type Served,
  serve,
  serveRecordings,
} from './recorded-nomad.ts';

const NODE = '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd' as NodeId;
const RUNNING = '6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21' as JobId;
const PENDING = '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26' as JobId;
const ALLOCATION = '1ea80217-537f-9b48-b859-78cf979383f1' as AllocationId;
const LOG = {
  allocation: ALLOCATION,
  task: 'build-agent',
  stream: 'stderr',
  follow: false,
  origin: 'start',
  offset: 0,
} as const;

function clientOf(served: Pick<Served, 'http'>, extra: object = {}): NomadClient {
  return createHttpNomadClient({
    http: served.http,
    access: 'direct',
    requestTimeout: 5_000,
    ...extra,
  });
}

describe('with the recordings of Nomad 1.0.4', () => {
  it('reads every list and every object', async () => {
    const nomad = clientOf(await serveRecordings());
    expect(await nomad.agent()).toEqual({
      version: '1.0.4',
      region: 'global',
      datacenter: 'default',
      clientId: null,
    });
    expect(await nomad.leader()).toBe('127.0.0.1:4647');
    const [node] = await all(nomad.nodes({ resources: true }));
    expect(node).toMatchObject({ id: NODE, resources: { cpuMhz: 4000 } });
    expect(await nomad.node(NODE)).toMatchObject({ index: 12, value: { id: NODE } });
    const onNode = await nomad.nodeAllocations(NODE);
    expect(onNode.index).toBe(35);
    expect(onNode.value.map(({ clientStatus }) => clientStatus)).toEqual([
      'running',
      'running',
      'failed',
    ]);
    expect(onNode.value.every(({ tasks, resources }) => tasks && resources)).toBe(true);
    expect(await all(nomad.allocations({ live: true }))).toHaveLength(3);
    expect(await all(nomad.allocations({ taskStates: true }))).toHaveLength(5);
    expect(await all(nomad.jobs())).toEqual((await nomad.watchJobs({})).value);
    expect((await nomad.job(RUNNING)).taskGroups).toHaveLength(1);
    expect(await nomad.jobAllocations(RUNNING)).toHaveLength(1);
    expect(await nomad.jobEvaluations(PENDING)).toHaveLength(2);
    expect(await all(nomad.logs(LOG))).toMatchObject([{ data: Buffer.from('agent finished\n') }]);
  });

  it('sends a drain and its cancellation as recorded', async () => {
    const served = await serveRecordings();
    const nomad = clientOf(served);
    await nomad.drain(NODE, { deadline: 'force' });
    await nomad.cancelDrain(NODE, true);
    await nomad.setEligibility('5a1e5be0-0fdb-60bf-5411-13001b46361c' as NodeId, false);
    const recorded = (file: string) => RECORDED.find((one) => one.file === file)?.request;
    const [drain, cancel, eligibility] = served.seen.map(({ body }) => JSON.parse(body) as object);
    expect(drain).toEqual({
      ...(recorded('http/drain-enable.json') as object),
      DrainSpec: { Deadline: -1_000_000_000, IgnoreSystemJobs: false },
      Meta: {},
    });
    expect(cancel).toEqual(recorded('http/drain-disable.json'));
    expect(eligibility).toEqual(recorded('http/eligibility-ineligible.json'));
  });

  it.each([
    ['NOMAD_NODE_NOT_FOUND', (nomad: NomadClient) => nomad.node(id('0'))],
    ['NOMAD_JOB_NOT_FOUND', (nomad: NomadClient) => nomad.job('nope' as JobId)],
    ['NOMAD_ALLOCATION_NOT_FOUND', (nomad: NomadClient) => nomad.allocation(id('0'))],
    ['NOMAD_NODE_NOT_FOUND', (nomad: NomadClient) => nomad.drain(id('0'), { deadline: 'force' })],
    ['NOMAD_TASK_NOT_FOUND', (nomad: NomadClient) => all(nomad.logs({ ...LOG, task: 'nope' }))],
  ])('throws %s', async (code, ask) => {
    expect(await failureOf(ask(clientOf(await serveRecordings())))).toMatchObject({
      kind: 'notFound',
      code,
    });
  });
});

describe('requests', () => {
  it('contain token, namespace and region only if configured', async () => {
    const served = await serve(() => ({ body: '[]' }));
    await all(clientOf(served).jobs());
    await all(clientOf(served, { token: 't', namespace: 'n', region: 'r' }).jobs());
    expect(served.seen[0]).toMatchObject({ query: {} });
    expect(served.seen[0]?.headers).not.toHaveProperty('x-nomad-token');
    expect(served.seen[1]).toMatchObject({
      query: { namespace: 'n', region: 'r' },
      headers: { 'x-nomad-token': 't' },
    });
  });

  it('fail in a namespace that does not exist, instead of listing nothing', async () => {
    const served = await serve(({ path }) =>
      path.startsWith('/v1/namespace/')
        ? { status: path.endsWith('/empty') ? 200 : 404, body: 'Namespace not found' }
        : { body: '[]' },
    );
    const nope = clientOf(served, { namespace: 'nope' });
    const error = { kind: 'notFound', code: 'NOMAD_NAMESPACE_NOT_FOUND' };
    expect(await failureOf(all(nope.jobs()))).toMatchObject({
      ...error,
      message: 'Nomad could not list jobs in namespace nope: Namespace not found',
    });
    expect(await failureOf(nope.watchJobs({}))).toMatchObject(error);
    expect(await all(clientOf(served, { namespace: 'empty' }).jobs())).toEqual([]);
  });

  it.each([403, 404, 501])('list nothing if Nomad does not know namespaces: %i', async (status) => {
    const served = await serve(({ path }) =>
      path.startsWith('/v1/namespace/')
        ? { status, body: 'Nomad Enterprise only' }
        : { body: '[]' },
    );
    expect(await all(clientOf(served, { namespace: 'n' }).jobs())).toEqual([]);
  });

  it('request only the needed parts of allocations; the answer is filtered again', async () => {
    const served = await serve(() => ({ body: recordedText('http/allocations.json') }));
    const nomad = clientOf(served);
    const live = await all(nomad.allocations({ live: true, resources: true }));
    await all(nomad.allocations({ taskStates: true }));
    expect(served.seen.map(({ query }) => query)).toEqual([
      {
        task_states: 'false',
        resources: 'true',
        filter:
          'ClientStatus != "complete" and ClientStatus != "failed" and ClientStatus != "lost"',
      },
      {},
    ]);
    expect(live.map(({ clientStatus, tasks }) => [clientStatus, tasks])).toEqual(
      Array.from({ length: 3 }, () => ['running', null]),
    );
  });

  it('encode an ID as a single path segment', async () => {
    const served = await serve(() => ({ body: '{"ID":"a/b c"}' }));
    await clientOf(served).job('a/b c?d' as JobId);
    expect(served.seen[0]?.path).toBe('/v1/job/a%2Fb%20c%3Fd');
  });

  it.each([
    [null, 0],
    [90_000, 90_000_000_000],
    [0.5, 500_000],
    ['force', -1_000_000_000],
  ] as const)(
    'send a deadline of %s as %s ns, never as a query parameter',
    async (deadline, expected) => {
      const served = await serve(() => ({ body: '{}' }));
      const spec = { deadline, ignoreSystemJobs: true, meta: { message: 'm' } };
      await clientOf(served).drain(NODE, spec);
      expect(served.seen).toMatchObject([{ method: 'POST', query: {} }]);
      expect(JSON.parse(served.seen[0]?.body ?? '')).toEqual({
        NodeID: NODE,
        DrainSpec: { Deadline: expected, IgnoreSystemJobs: true },
        MarkEligible: false,
        Meta: { message: 'm' },
      });
    },
  );

  it.each([0, -1, Number.NaN])('are not sent with a deadline of %s', async (ms) => {
    const served = await serve(() => ({ body: '{}' }));
    const draining = async () => clientOf(served).drain(NODE, { deadline: ms });
    expect(await failureOf(draining())).toMatchObject({ kind: 'usage', code: 'BAD_DEADLINE' });
    expect(served.seen).toEqual([]);
  });
});

describe('blocking queries', () => {
  async function watched(index: number | undefined, header: string | undefined) {
    const served = await serve(() => ({
      ...(header === undefined ? {} : { headers: { 'X-Nomad-Index': header } }),
      body: recordedText('http/node.json'),
    }));
    const sent: HttpRequest[] = [];
    const http = {
      ...served.http,
      close: () => served.http.close(),
      request: (request: HttpRequest) => {
        sent.push(request);
        return served.http.request(request);
      },
    };
    const options = index === undefined ? {} : { index, wait: 32_000 };
    const answer = await clientOf({ http }).node(NODE, options);
    return { answer, query: served.seen[0]?.query, timeout: sent[0]?.timeout };
  }

  it('block only with an index; the timeout includes the time for which the server may hold them', async () => {
    expect(await watched(undefined, '12')).toMatchObject({ query: {}, timeout: 5_000 });
    expect(await watched(0, '12')).toMatchObject({ query: {}, timeout: 5_000 });
    expect(await watched(12, '13')).toMatchObject({
      query: { index: '12', wait: '32000ms' },
      timeout: 32_000 + 2_000 + 5_000,
      answer: { index: 13 },
    });
  });

  it('start again if the index went backwards or is missing', async () => {
    expect((await watched(12, '3')).answer.index).toBe(0);
    expect((await watched(12, undefined)).answer.index).toBe(0);
    expect((await watched(12, '12')).answer.index).toBe(12);
  });
});

describe('pages of a list', () => {
  it('are read as long as the server names a next one; duplicates are skipped', async () => {
    const pages: Readonly<Record<string, Answer>> = {
      '': { headers: { 'X-Nomad-NextToken': 'two' }, body: '[{"ID":"a"},{"ID":"b"}]' },
      two: { headers: { 'X-Nomad-NextToken': 'three' }, body: '[{"ID":"b"},{"ID":"c"}]' },
      three: { body: '[{"ID":"d"}]' },
    };
    const served = await serve(({ query }) => pages[query['next_token'] ?? ''] ?? { body: '' });
    const ids = (await all(clientOf(served).nodes())).map((node) => node.id);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(served.seen).toHaveLength(3);
  });
});

describe('invalid answers', () => {
  const cut = (file: string): Answer => ({ body: recordedText(file).slice(0, 400), cut: true });

  it.each<[string, (seen: Seen) => Answer, (nomad: NomadClient) => Promise<unknown>]>([
    ['a truncated list', () => cut('http/nodes.json'), (nomad) => all(nomad.nodes())],
    ['a truncated object', () => cut('http/node.json'), (nomad) => nomad.node(NODE)],
    [
      'incomplete JSON over an intact connection',
      () => ({ body: recordedText('http/nodes.json').slice(0, 400) }),
      (nomad) => all(nomad.nodes()),
    ],
    ['a page of HTML', () => ({ body: '<html>' }), (nomad) => all(nomad.jobs())],
    ['an object of another type', () => ({ body: '{"a":1}' }), (nomad) => nomad.node(NODE)],
    ['an object instead of a list', () => ({ body: '{}' }), (nomad) => nomad.watchJobs({})],
    ['a log that ends within a frame', () => ({ body: '{"Da' }), (nomad) => all(nomad.logs(LOG))],
  ])('are reported for %s', async (_, answer, ask) => {
    const error = await failureOf(ask(clientOf(await serve(answer))));
    expect(error).toMatchObject({ kind: 'service', code: 'NOMAD_BAD_ANSWER' });
  });

  it('an unreachable server is reported', async () => {
    const served = await serve(() => ({ body: '' }));
    const nomad = clientOf({ http: { ...served.http, request: refused } });
    const error = await failureOf(nomad.leader());
    expect(error).toMatchObject({ kind: 'service', code: 'NOMAD_UNREACHABLE' });
  });

  it('a log is returned up to its error', async () => {
    const frame = JSON.stringify(recordedJson('http/logs-stderr-frames.json'));
    const served = await serve(() => ({ body: `${frame}rpc error: No path to node` }));
    const got: string[] = [];
    const reading = async () => {
      for await (const { data } of clientOf(served).logs(LOG)) got.push(String(data));
    };
    expect(await failureOf(reading())).toMatchObject({ code: 'NOMAD_CLIENT_UNREACHABLE' });
    expect(got).toEqual(['agent finished\n']);
  });

  it.each([
    [{ body: '""' }, null],
    [{ status: 500, body: 'No cluster leader' }, null],
    [{ body: '"10.0.0.1:4647"' }, '10.0.0.1:4647'],
  ])('a missing leader is recognised: %j', async (answer, leader) => {
    expect(await clientOf(await serve(() => answer)).leader()).toBe(leader);
  });
});

function id<T extends string>(digit: string): T {
  return `00000000-0000-0000-0000-00000000000${digit}` as T;
}

async function refused(): Promise<never> {
  const { AdminError } = await import('../../../../src/lib/errors.ts');
  throw new AdminError('service', 'Cannot reach it', { code: 'UNREACHABLE' });
}
