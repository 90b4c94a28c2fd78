import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { type PipelineRig, pipelineRig } from './rig.ts';

const SERVICES = ['legacy-dispatcher', 'dispatcher', 'schedulerer', 'output-processor'] as const;

/** Returns the lines of a log after a time since the sandbox's start. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The state of a build on the server. */
async function statusOf(rig: PipelineRig, number: number, repo: string): Promise<string> {
  const found = (await rig.recent()).find(
    (build) => build.build_num === number && build.build_url.includes(`/${repo}/`),
  );
  return found?.status ?? 'unknown';
}

function queueOf(sandbox: Sandbox, name: string) {
  return sandbox.pipeline.queues().find((queue) => queue.name === name);
}

describe('a build', () => {
  test('passes through all services under one name, at the intervals of the guide', async () => {
    const rig = await pipelineRig('idle');
    const { sandbox } = rig;
    const build = sandbox.pipeline.startBuild('acme', 'web');
    await sandbox.clock.advance(2_000);
    const since = 'sinceSeconds=2';
    const id = build.id;
    expect(linesOf(await rig.log('legacy-dispatcher', since))).toEqual([
      'Mar  2 09:00:00.020:+0000 INFO circle.backend.build.usage-queue got usage-queue event;',
      `Mar  2 09:00:00.030:+0000 INFO circle.backend.build.usage-queue forwarded to run-queue; build-name=acme/web/${build.number};`,
      'Mar  2 09:00:00.030:+0000 INFO circle.backend.build.usage-queue publishing event;',
    ]);
    const dispatcher = '+0000 [] [async-thread-macro-1] INFO';
    expect(linesOf(await rig.log('dispatcher', since))).toEqual([
      `2026-03-02T09:00:00.178${dispatcher} picard-dispatcher.core popped build from build queue;`,
      `2026-03-02T09:00:00.182${dispatcher} circle.model.build Performed compression of config-str;`,
      `2026-03-02T09:00:00.248${dispatcher} picard-dispatcher.tasks Build agent image;`,
      `2026-03-02T09:00:00.248${dispatcher} picard-dispatcher.tasks Build is using resource class; build-id=${id}; build-url=${build.url}; resource-class={:id "d1.medium", :availability :general, :ui {:cpu 2.0, :ram 4096, :class :medium, :name "Docker Medium"}, :outer {:cpu 2.0, :ram 4120}}; vcs-url=https://github.com/acme/web;`,
      `2026-03-02T09:00:00.249${dispatcher} picard-dispatcher.tasks Computed tasks;`,
    ]);
    const schedulerer = '+0000 [] [pool-43-thread-13] INFO';
    expect(linesOf(await rig.log('schedulerer', since))).toEqual([
      `2026-03-02T09:00:00.454${schedulerer} schedulerer.core got task message; task-name=${build.jobId}; task={:disk-mb 0, :task-id "${id}-0-build", :resource_class_id "d1.medium", :name "${id}-0-build-acme/web/${build.number}", :build-agent-image "1.0.48635-2552da21", :ram 4120, :event_processor_uri "http://output.sandbox.circleci.internal:8585", :resource-class-id "d1.medium", :ram-mb 4120, :executor "docker", :build_agent_image "1.0.48635-2552da21", :metadata {:build_url "${build.url}", :env "development", :debug false}, :cpus 2.0}; version=0.1.53171`,
      `2026-03-02T09:00:00.455${schedulerer} schedulerer.scheduler posting task to nomad;`,
      `2026-03-02T09:00:00.468${schedulerer} schedulerer.scheduler posted to nomad;`,
    ]);
    const job = sandbox.nomad.state.jobs.get(build.jobId);
    expect(job).toMatchObject({ status: 'running', meta: { build_url: build.url } });
    const told = linesOf(await rig.log('output-processor', since));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(` INFO output-processor.grpc task started; task-name=${build.jobId};`);
  });

  test("is queued, scheduled, running and ended in the server's API", async () => {
    const rig = await pipelineRig('idle');
    const { clock } = rig.sandbox;
    const path = '/api/v2/project/gh/circleci/realitycheck/pipeline';
    const started = await rig.server('POST', path, '{"branch":"main"}');
    expect(started).toMatchObject({
      status: 201,
      body: { number: 1, state: 'pending', created_at: '2026-03-02T09:00:00.000Z' },
    });
    const { id } = started.body as { id: string };
    const workflows = await rig.server('GET', `/api/v2/pipeline/${id}/workflow`);
    const [workflow] = (workflows.body as { items: { id: string }[] }).items;
    expect(workflow).toMatchObject({ status: 'running', pipeline_id: id, pipeline_number: 1 });
    const jobs = async () => {
      const answer = await rig.server('GET', `/api/v2/workflow/${workflow?.id}/job`);
      const { items } = answer.body as { items: { job_number: number; status: string }[] };
      return items[0];
    };
    const number = (await jobs())?.job_number ?? 0;
    const seen: unknown[] = [];
    for (const ms of [10, 90, 1_000, 900_000]) {
      const summary = await rig.server('GET', '/api/v1/admin/build-system-summary');
      const { usage_queue, run_queue, running } = summary.body as Record<
        string,
        { builds: number }
      >;
      const ui = await statusOf(rig, number, 'realitycheck');
      seen.push([
        ui,
        (await jobs())?.status,
        usage_queue?.builds,
        run_queue?.builds,
        running?.builds,
      ]);
      await clock.advance(ms);
    }
    expect(seen).toEqual([
      ['queued', 'queued', 1, 0, 0],
      ['queued', 'queued', 1, 0, 0],
      ['scheduled', 'queued', 0, 1, 0],
      ['running', 'running', 0, 0, 1],
    ]);
    expect((await jobs())?.status).toBe('success');
  });

  test.each([
    ['POST', '/api/v2/project/gh/nobody/nothing/pipeline', '{}', 404, 'Project not found'],
    ['POST', '/api/v2/project/gh/acme/web/pipeline', '{', 400, 'Malformed request'],
    ['POST', '/api/v2/project/gh/acme/web/pipeline', '{"branch":1}', 400, 'Malformed request'],
    ['GET', '/api/v2/pipeline/x/workflow', undefined, 404, 'Pipeline not found'],
    ['GET', '/api/v2/workflow/x/job', undefined, 404, 'Workflow not found'],
    ['GET', '/api/v2/nothing', undefined, 404, 'Not found'],
  ] as const)('%s %s with %s is answered with %i', async (method, path, body, status, message) => {
    const rig = await pipelineRig('idle');
    expect(await rig.server(method, path, body)).toEqual({ status, body: { message } });
  });

  test('has log lines of its dispatching if its job is registered directly', async () => {
    const rig = await pipelineRig('idle');
    await rig.sandbox.clock.advance(1_000);
    const job = rig.sandbox.nomad.submitJob({ durationMs: 5_000 });
    await rig.sandbox.clock.advance(10_000);
    const name = /-build-(.+)-(\d+)$/.exec(job.id);
    for (const service of SERVICES.slice(2)) {
      expect(await rig.log(service, 'sinceSeconds=11')).toContain(`task-name=${job.id};`);
    }
    expect(await rig.log('legacy-dispatcher', 'sinceSeconds=11')).toContain(`/${name?.[2]};`);
  });

  test('starts by itself if the scenario says so', async () => {
    const rig = await pipelineRig('busy');
    await rig.sandbox.clock.advance(120_000);
    const got = (await rig.log('schedulerer', 'sinceSeconds=120')).match(/got task message/g) ?? [];
    const popped = (await rig.log('dispatcher', 'sinceSeconds=120')).match(/popped build/g) ?? [];
    expect(got.length).toBeGreaterThan(3);
    expect(popped).toHaveLength(got.length);
  });
});

test('every generated build is in the log of one pod of each service, ordered by time', async () => {
  const rig = await pipelineRig('healthy');
  const jobs = rig.sandbox.nomad.state.jobs.all().map(({ id }) => id);
  for (const service of ['schedulerer', 'output-processor']) {
    const logs = await rig.logs(service, 'timestamps=true');
    for (const id of jobs) {
      const event = service === 'schedulerer' ? 'got task message' : 'task started';
      const holding = logs.filter((log) => log.includes(`${event}; task-name=${id};`));
      // The lines of a build from more than two hours ago have been deleted by log rotation.
      expect(holding.length).toBeLessThanOrEqual(1);
    }
    for (const log of logs) {
      const times = linesOf(log).map((line) => line.slice(0, 30));
      expect(times).toEqual([...times].sort());
    }
  }
  const all = await rig.log('schedulerer');
  expect(jobs.filter((id) => all.includes(id)).length).toBeGreaterThan(jobs.length - 3);
  expect(
    (await rig.logs('output-processor')).filter((log) => log.includes('task started')),
  ).toHaveLength(2);
});

/** The state of a scenario's waiting builds, and what makes them run. */
interface Broken {
  readonly queue?: readonly [
    name: string,
    ready: number,
    unacknowledged: number,
    consumers: number,
  ];
  /** The status of the builds on the server. */
  readonly ui: 'queued' | 'scheduled';
  readonly inNomad: boolean;
  /** What a service has logged in the last ten minutes; the other services log as usual. */
  readonly says?: readonly [service: string, text: RegExp];
  readonly cure: (sandbox: Sandbox) => void;
  /** The number of consumers of an emptied queue. */
  readonly curedWithin?: number;
}

function replace(sandbox: Sandbox, ...workloads: readonly string[]): void {
  for (const workload of workloads) sandbox.kubernetes.deletePod(workload, 1);
}

const BROKEN: Readonly<Record<string, Broken>> = {
  'dispatcher-stopped': {
    queue: ['run-queue', 3, 0, 0],
    ui: 'scheduled',
    inNomad: false,
    cure: ({ kubernetes }) => kubernetes.scale('dispatcher', 1),
  },
  'dispatcher-silent': {
    queue: ['run-queue', 3, 0, 1],
    ui: 'scheduled',
    inNomad: false,
    cure: (sandbox) => replace(sandbox, 'dispatcher'),
  },
  'job-lost': {
    queue: ['run-queue', 0, 0, 1],
    ui: 'scheduled',
    inNomad: false,
    cure: (sandbox) => replace(sandbox, 'legacy-dispatcher', 'dispatcher'),
  },
  'schedulerer-error': {
    queue: ['nomad-tasks', 0, 3, 1],
    ui: 'scheduled',
    inNomad: false,
    says: [
      'schedulerer',
      /^\S+ \[\] \[\S+\] ERROR schedulerer\.scheduler .+\nclojure\.lang\.ExceptionInfo: .+\n(?:\tat .+\n){12,}Caused by: java/m,
    ],
    cure: ({ pipeline }) => pipeline.clearFault('schedulerer-error'),
  },
  'output-broken': {
    ui: 'scheduled',
    inNomad: true,
    says: [
      'output-processor',
      /ERROR output-processor\.grpc .+\nio\.grpc\.StatusRuntimeException: .+\n(?:\tat .+\n){12,}Caused by: /,
    ],
    cure: ({ pipeline }) => pipeline.clearFault('output-broken'),
  },
  'port-8585-blocked': {
    ui: 'scheduled',
    inNomad: true,
    cure: ({ pipeline }) => pipeline.clearFault('port-8585-blocked'),
  },
  'rabbitmq-backlog': {
    queue: ['run-queue', 4_812, 0, 0],
    ui: 'scheduled',
    inNomad: false,
    cure: (sandbox) => replace(sandbox, 'dispatcher'),
  },
  'crash-loop': {
    queue: ['nomad-tasks', 3, 0, 0],
    ui: 'scheduled',
    inNomad: false,
    says: ['schedulerer', /ERROR schedulerer\.core .+\nException in thread "main" /],
    cure: ({ pipeline }) => pipeline.clearFault('crash-loop'),
    curedWithin: 400_000,
  },
  'out-of-memory': {
    ui: 'scheduled',
    inNomad: true,
    cure: ({ pipeline }) => pipeline.clearFault('out-of-memory'),
    curedWithin: 400_000,
  },
  'image-missing': {
    queue: ['run-queue', 3, 0, 0],
    ui: 'scheduled',
    inNomad: false,
    cure: ({ pipeline }) => pipeline.clearFault('image-missing'),
    curedWithin: 400_000,
  },
};

describe.each(Object.entries(BROKEN))('%s', (scenario, expected) => {
  test('holds recent builds at its stage, and releases them when it is fixed', async () => {
    const rig = await pipelineRig(scenario);
    const { sandbox } = rig;
    const before = (await rig.recent()).filter(({ status }) => status === expected.ui);
    expect(before).toHaveLength(3);
    const summary = (await rig.server('GET', '/api/v1/admin/build-system-summary')).body;
    expect(summary).toMatchObject({ run_queue: { builds: 3 }, usage_queue: { builds: 0 } });
    const jobs = () => sandbox.nomad.state.jobs.all();
    const urls = before.map((build) => build.build_url);
    const inNomad = () =>
      jobs().filter(
        (job) => job.status === 'running' && urls.includes(job.meta?.['build_url'] ?? ''),
      );
    expect(inNomad()).toHaveLength(expected.inNomad ? 3 : 0);
    if (expected.queue) {
      const [name, ready, unacknowledged, consumers] = expected.queue;
      expect(queueOf(sandbox, name)).toEqual({ name, ready, unacknowledged, consumers });
    }
    if (expected.says) {
      const [service, text] = expected.says;
      expect(await rig.log(service, 'sinceSeconds=600')).toMatch(text);
    }
    for (const service of SERVICES.filter((name) => name !== expected.says?.[0])) {
      expect(await rig.log(service)).not.toMatch(/ERROR|Caused by/);
    }
    expected.cure(sandbox);
    await sandbox.clock.advance(expected.curedWithin ?? 60_000);
    const after = await rig.recent();
    const statuses = after
      .filter((build) => urls.includes(build.build_url))
      .map(({ status }) => status);
    expect(statuses).toHaveLength(3);
    for (const status of statuses) expect(['running', 'success', 'failed']).toContain(status);
    expect(sandbox.pipeline.queues().every(({ consumers }) => consumers === 1)).toBe(true);
    const told = await rig.log('output-processor');
    for (const url of urls) {
      const job = jobs().find(({ meta }) => meta?.['build_url'] === url);
      expect(told.split(`task started; task-name=${job?.id};`)).toHaveLength(2);
    }
  });
});

test.each([
  ['crash-loop', 'schedulerer', 'CrashLoopBackOff', { reason: 'Error', exitCode: 1 }],
  ['out-of-memory', 'output-processor', 'CrashLoopBackOff', { reason: 'OOMKilled', exitCode: 137 }],
  ['image-missing', 'dispatcher', 'ImagePullBackOff', undefined],
])(
  '%s: the pods of %s wait with %s, and continue to do so',
  async (scenario, workload, reason, last) => {
    const { sandbox } = await pipelineRig(scenario);
    for (const restarts of [last ? 4 : 0, last ? 5 : 0]) {
      const [status] = sandbox.kubernetes.pod(workload).status.containerStatuses ?? [];
      expect(status).toMatchObject({ ready: false, state: { waiting: { reason } } });
      expect(status?.restartCount).toBeGreaterThanOrEqual(restarts);
      expect(status?.lastState.terminated).toEqual(last && expect.objectContaining(last));
      await sandbox.clock.advance(700_000);
    }
  },
);

test('lost builds stay lost until both dispatchers have new pods, and so do new builds', async () => {
  const rig = await pipelineRig('job-lost');
  const { sandbox } = rig;
  for (const workload of ['dispatcher', 'dispatcher']) {
    replace(sandbox, workload);
    await sandbox.clock.advance(30_000);
  }
  sandbox.pipeline.startBuild('acme', 'web');
  await sandbox.clock.advance(10_000);
  expect([...sandbox.pipeline.waiting()]).toHaveLength(4);
  expect(await rig.log('dispatcher')).not.toContain('popped');
  replace(sandbox, 'legacy-dispatcher');
  await sandbox.clock.advance(30_000);
  expect([...sandbox.pipeline.waiting()]).toHaveLength(0);
  expect((await rig.log('legacy-dispatcher')).match(/forwarded to run-queue/g)).toHaveLength(4);
  expect((await rig.log('dispatcher')).match(/popped build/g)).toHaveLength(4);
});

test('a silent dispatcher has logged nothing for ten minutes, and heartbeats before', async () => {
  const rig = await pipelineRig('dispatcher-silent');
  expect(await rig.log('dispatcher', 'sinceSeconds=600')).toBe('');
  expect(await rig.log('dispatcher')).toContain('picard-dispatcher.init Still running...;');
  await rig.sandbox.clock.advance(180_000);
  expect(await rig.log('dispatcher', 'sinceSeconds=780')).toBe('');
});

test('agents log that they have no connection if the port is blocked; services log as usual', async () => {
  const rig = await pipelineRig('port-8585-blocked');
  const { nomad } = rig.sandbox;
  const running = nomad.state.allocations.all().filter(({ client }) => client === 'running');
  expect(running).toHaveLength(9);
  for (const { id } of running) {
    const last = nomad.readLog(id, 'stderr').toString().trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({
      error: 'rpc error: code = Unavailable desc = grpc: the connection is unavailable',
      level: 'warning',
      msg: 'error fetching config, retrying',
      time: expect.stringMatching(/^2026-03-02T08:59:5\dZ$/),
    });
  }
  expect(await rig.log('output-processor', 'sinceSeconds=590')).not.toMatch(/task|ERROR/);
});

test('without a leader the schedulerer retries, and posts once there is one', async () => {
  const rig = await pipelineRig('leaderless');
  const { sandbox } = rig;
  expect(
    (await rig.log('schedulerer')).match(/ERROR schedulerer\.scheduler/g)?.length,
  ).toBeGreaterThan(10);
  sandbox.nomad.setLeader(true);
  await sandbox.clock.advance(60_000);
  expect([...sandbox.pipeline.waiting()]).toEqual([]);
  expect((await rig.log('schedulerer', 'sinceSeconds=60')).match(/posted to nomad/g)).toHaveLength(
    2,
  );
});

test('without RabbitMQ no build progresses', async () => {
  const rig = await pipelineRig('idle');
  const { sandbox } = rig;
  sandbox.kubernetes.setReady('circleci-rabbitmq-0', false);
  await sandbox.clock.advance(1_000);
  const { number } = sandbox.pipeline.startBuild('acme', 'web');
  await sandbox.clock.advance(60_000);
  expect(await statusOf(rig, number, 'web')).toBe('queued');
  sandbox.kubernetes.setReady('circleci-rabbitmq-0', true);
  await sandbox.clock.advance(5_000);
  expect(await statusOf(rig, number, 'web')).toBe('running');
});
