import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import {
  type TriggerEvent,
  type TriggerOptions,
  triggerBuild,
  triggeredBuild,
} from '../../../../src/lib/queue/trigger/trigger.ts';
import { createTriggerApi } from '../../../../src/lib/server/trigger-client.ts';
import { systemClock } from '../../../../src/lib/terminal/system-clock.ts';
import { startSandbox } from '../../../support/sandbox.ts';
import { failure, serve } from '../../http/loopback.ts';
import { timelessClock } from '../../server/admin-rig.ts';
import { installationOn } from '../gather/rig.ts';

const TOKEN = 'trigger-token-1234';
const PIPELINE = '/api/v2/pipeline/p-1';

/** The server's responses by method and path; those of a list are sent one after another. */
type Answers = Readonly<Record<string, readonly (readonly [status: number, body: unknown])[]>>;

const STARTED: Answers = {
  'POST /api/v2/project/gh/acme/web/pipeline': [
    [201, { id: 'p-1', number: 25, state: 'pending', created_at: '2026-03-02T09:00:00Z' }],
  ],
};

async function server(answers: Answers) {
  const asked: string[] = [];
  const bodies: string[] = [];
  const turns = new Map<string, number>();
  const listener: RequestListener = (request, response) => {
    const key = `${request.method} ${request.url}`;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    asked.push(`${key} ${request.headers['circle-token'] ?? ''}`);
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.push(body);
      const known = answers[key] ?? [[404, { message: 'Not found' }]];
      const [status, document] = known[Math.min(turn, known.length - 1)] ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    });
  };
  const { origin } = await serve(listener);
  const random = (): number => 0.5;
  const http = createHttpClient({
    ...{ origin, tls: {}, requestTimeout: 5_000, retries: 0, clock: systemClock, random },
  });
  onTestFinished(() => http.close());
  const clock = timelessClock();
  const run = async (options: Partial<TriggerOptions> = {}, token: string | null = TOKEN) => {
    const api = createTriggerApi({ http, token, clock, random });
    const { signal } = new AbortController();
    const events: TriggerEvent[] = [];
    for await (const event of triggerBuild(api, {
      project: 'acme/web',
      clock,
      signal,
      ...options,
    })) {
      events.push(event);
    }
    return events;
  };
  return { run, asked, bodies, clock };
}

const workflows = (status: string) => ({ items: [{ id: 'w-1', name: 'build', status }] });
const jobs = (number: number | null) => ({
  items: [
    { id: 'j-0', name: 'approve', type: 'approval', status: 'on_hold' },
    { id: 'j-1', name: 'test', job_number: number, status: 'queued' },
  ],
});

describe('triggerBuild', () => {
  it('starts a build once, and waits for its number', async () => {
    const { run, asked, bodies, clock } = await server({
      ...STARTED,
      [`GET ${PIPELINE}/workflow`]: [
        [404, { message: 'Pipeline not found' }],
        [200, { items: [] }],
        [200, workflows('running')],
      ],
      [`GET ${PIPELINE}`]: [[200, { id: 'p-1', state: 'pending', errors: [] }]],
      'GET /api/v2/workflow/w-1/job': [
        [200, jobs(null)],
        [200, jobs(4711)],
      ],
    });
    const events = await run({ branch: 'main' });
    const started = {
      project: 'acme/web',
      pipelineId: 'p-1',
      pipelineNumber: 25,
      startedAt: new Date('2026-03-02T09:00:00Z'),
    };
    expect(events).toEqual([
      { kind: 'started', ...started },
      { kind: 'numbered', ...started, number: 4711, workflow: 'build', job: 'test' },
    ]);
    expect(asked.filter((one) => one.startsWith('POST'))).toEqual([
      `POST /api/v2/project/gh/acme/web/pipeline ${TOKEN}`,
    ]);
    expect(bodies[0]).toBe('{"branch":"main"}');
    const last = events[1] as TriggerEvent;
    expect(triggeredBuild(last, clock.now())).toEqual({
      project: 'acme/web',
      number: 4711,
      pipelineId: 'p-1',
      ageMs: 3_000,
    });
  });

  it('reports if no number is assigned in time', async () => {
    const { run, clock } = await server({
      ...STARTED,
      [`GET ${PIPELINE}/workflow`]: [[200, workflows('running')]],
      'GET /api/v2/workflow/w-1/job': [[200, jobs(null)]],
    });
    const events = await run({ limitMs: 20_000 });
    expect(events.at(-1)).toMatchObject({
      kind: 'unnumbered',
      why: 'no job got a number within 20s',
    });
    expect(clock.pauses).toHaveLength(20);
  });

  it('keeps the started build if its number cannot be read', async () => {
    const { run } = await server({
      ...STARTED,
      [`GET ${PIPELINE}/workflow`]: [[500, { message: 'boom' }]],
    });
    expect((await run()).at(-1)).toMatchObject({
      kind: 'unnumbered',
      pipelineId: 'p-1',
      why: expect.stringMatching(
        /answered GET \/api\/v2\/pipeline\/p-1\/workflow with 500: "boom"$/,
      ),
    });
  });

  it('reports an invalid configuration', async () => {
    const { run } = await server({
      ...STARTED,
      [`GET ${PIPELINE}/workflow`]: [[200, { items: [] }]],
      [`GET ${PIPELINE}`]: [
        [200, { id: 'p-1', state: 'errored', errors: [{ type: 'config', message: 'no jobs' }] }],
      ],
    });
    expect(await failure(run())).toMatchObject({
      kind: 'failed',
      code: 'PIPELINE_ERRORED',
      message: 'Pipeline p-1 was started, but has no workflow: no jobs',
    });
  });

  it.each([
    [401, 'unauthorised', 'SERVER_UNAUTHORIZED', /does not accept the API token$/],
    [
      403,
      'unauthorised',
      'SERVER_FORBIDDEN',
      /does not permit the token's user to POST .*: "it says so"$/,
    ],
    [404, 'notFound', 'PROJECT_NOT_FOUND', /has no project acme\/web$/],
    [400, 'validation', 'PIPELINE_REFUSED', /did not start a pipeline: "it says so"$/],
    [502, 'service', 'SERVER_ERROR', /answered POST \S+ with 502: "it says so"$/],
    [200, 'service', 'SERVER_SURPRISE', /with 200, which does not match API v2: "it says so"$/],
  ])('explains %i', async (status, kind, code, message) => {
    const body = { message: 'it says so' };
    const { run, asked } = await server({
      'POST /api/v2/project/gh/acme/web/pipeline': [[status, body]],
    });
    expect(await failure(run())).toMatchObject({
      kind,
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
    // A request that starts something is not retried.
    expect(asked).toHaveLength(1);
  });

  it('sends no request without a token, or for an invalid project', async () => {
    const { run, asked } = await server(STARTED);
    expect(await failure(run({}, null))).toMatchObject({ code: 'NO_SERVER_TOKEN' });
    for (const project of ['acme', 'acme/web/1', 'a b/c', 'acme/web?x=1', '']) {
      expect(await failure(run({ project }))).toMatchObject({ kind: 'usage', code: 'BAD_REPO' });
    }
    expect(asked).toEqual([]);
  });

  it('starts a build on the sandbox', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const installation = await installationOn(sandbox);
    const [known] = await (await installation.admin()).recentBuilds({ limit: 1 });
    const { signal } = new AbortController();
    const options = { project: known?.project ?? '', clock: sandbox.clock, signal };
    const events: TriggerEvent[] = [];
    for await (const event of triggerBuild(await installation.trigger(), options)) {
      events.push(event);
    }
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'numbered']);
    expect(events[1]).toMatchObject({ project: known?.project, number: expect.any(Number) });
  });
});
