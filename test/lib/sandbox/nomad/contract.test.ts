import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { differences, type Shape, shapeOf } from './shape.ts';
import { arrived, type Got, must, World } from './world.ts';

const FIXTURES = new URL('../../../fixtures/nomad-1.0.4/', import.meta.url);

interface Exchange {
  readonly file: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly stderr?: string;
  readonly exit?: number | 'timeout';
}

const exchanges: readonly Exchange[] = JSON.parse(recording('index.json'));

function recording(file: string): string {
  return readFileSync(new URL(file, FIXTURES), 'utf8');
}

/** The recorded cluster: three clients of 4000 MHz, with builds in every state. */
async function recordedCluster(): Promise<Cluster> {
  const nodes = [131, 132, 133].map((number, at) => ({
    name: `ip-10-0-10-${number}`,
    address: '127.0.0.1',
    cpuMhz: 4_000,
    memoryMb: 8_192,
    drivers: ['exec', 'java', 'mock_driver', 'raw_exec'],
    meta: { circleci_rig: String(at + 1) },
    instance: null,
  }));
  const world = await World.start({ clients: 3, builds: 0, nodes, buildDurationMs: null });
  const id = (n: number): string =>
    `6007ca6352718c10b1227a5${n}-0-build-circleci-realitycheck-2${n}`;
  const jobs = {
    running: world.nomad.submitJob({ id: id(1), cpuMhz: 2_000, memoryMb: 4_120 }).id,
    second: world.nomad.submitJob({ id: id(2), cpuMhz: 1_000, memoryMb: 2_048 }).id,
    complete: world.nomad.submitJob({ id: id(4), cpuMhz: 100, memoryMb: 128 }).id,
    failed: world.nomad.submitJob({ id: id(5), cpuMhz: 100, memoryMb: 128 }).id,
    pending: world.nomad.submitJob({ id: id(6), cpuMhz: 8_000, memoryMb: 16_384 }).id,
  };
  await world.clock.advance(1_000);
  world.nomad.finishBuild(jobs.complete, 0);
  world.nomad.finishBuild(jobs.failed, 3);
  await world.clock.advance(52_000);
  const busy = world.allocationOf(jobs.running).nodeId;
  return { world, jobs, busy };
}

interface Cluster {
  readonly world: World;
  readonly jobs: Readonly<Record<'running' | 'second' | 'complete' | 'failed' | 'pending', string>>;
  readonly busy: string;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Creates each recorded request for a cluster, after a preparation where it needs one. */
const REQUESTS: Readonly<Record<string, (cluster: Cluster) => Promise<Got>>> = {
  'nodes.json': ({ world }) => world.request('/v1/nodes'),
  'nodes-resources.json': ({ world }) => world.request('/v1/nodes?resources=true'),
  'node.json': ({ world, busy }) => world.request(`/v1/node/${busy}`),
  'node-allocations.json': ({ world, busy }) => world.request(`/v1/node/${busy}/allocations`),
  'allocations.json': ({ world }) => world.request('/v1/allocations'),
  'allocations-no-task-states.json': ({ world }) =>
    world.request('/v1/allocations?task_states=false'),
  'jobs.json': ({ world }) => world.request('/v1/jobs'),
  'evaluation-blocked.json': (cluster) => evaluation(cluster, 'blocked'),
  'evaluation-complete.json': (cluster) => evaluation(cluster, 'complete'),
  'allocation-running.json': ({ world, jobs }) =>
    world.request(`/v1/allocation/${world.allocationOf(jobs.running).id}`),
  'allocation-failed.json': ({ world, jobs }) =>
    world.request(`/v1/allocation/${world.allocationOf(jobs.failed).id}`),
  'logs-stderr-plain.txt': (cluster) => logs(cluster, 'task=build-agent&type=stderr&plain=true'),
  'logs-stderr-frames.json': (cluster) => logs(cluster, 'task=build-agent&type=stderr'),
  'logs-unknown-task.txt': (cluster) => logs(cluster, 'task=nope&type=stderr&plain=true'),
  'logs-missing-task.txt': (cluster) => logs(cluster, 'type=stderr&plain=true'),
  'error-node-not-found.txt': ({ world }) => world.request(`/v1/node/${NOBODY}`),
  'error-node-bad-id.txt': ({ world }) => world.request('/v1/node/zzz'),
  'error-job-not-found.txt': ({ world }) => world.request('/v1/job/nope'),
  'error-alloc-not-found.txt': ({ world }) => world.request(`/v1/allocation/${NOBODY}`),
  'nodes-prefix-odd.txt': ({ world }) => world.request('/v1/nodes?prefix=abc'),
  'nodes-prefix.json': ({ world, busy }) => world.request(`/v1/nodes?prefix=${busy.slice(0, 4)}`),
  'status-leader.json': ({ world }) => world.request('/v1/status/leader'),
  'agent-members.json': ({ world }) => world.request('/v1/agent/members'),
  'agent-health.json': ({ world }) => world.request('/v1/agent/health'),
  'agent-self.json': ({ world }) => world.request('/v1/agent/self'),
  'metrics.json': ({ world }) => world.request('/v1/metrics'),
  'error-path.txt': ({ world }) => world.request('/v1/does-not-exist'),
  'drain-enable.json': ({ world, busy }) => drain(world, busy, { Deadline: -1 }),
  'node-draining.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: -1 });
    return world.request(`/v1/node/${busy}`);
  },
  'nodes-draining.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: -1 });
    return world.request('/v1/nodes');
  },
  'node-draining-allocations.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: -1 });
    return world.request(`/v1/node/${busy}/allocations`);
  },
  'drain-disable.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: -1 });
    await world.clock.advance(20_000);
    return drain(world, busy, null);
  },
  'node-after-drain-disable.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: -1 });
    await world.clock.advance(20_000);
    await drain(world, busy, null);
    return world.request(`/v1/node/${busy}`);
  },
  'eligibility-ineligible.json': ({ world, busy }) => eligibility(world, busy, 'ineligible'),
  'eligibility-eligible.json': async ({ world, busy }) => {
    await eligibility(world, busy, 'ineligible');
    return eligibility(world, busy, 'eligible');
  },
  'error-drain-not-found.txt': ({ world }) => drain(world, NOBODY, { Deadline: -1 }),
  'error-drain-bad-body.txt': ({ world, busy }) => drain(world, busy, { Deadline: 'soon' }),
  'nodes-after.json': ({ world }) => world.request('/v1/nodes'),
  'allocation-finished-during-drain.json': async ({ world, jobs, busy }) => {
    await drain(world, busy, { Deadline: 0 });
    world.nomad.finishBuild(jobs.running);
    return world.request(`/v1/allocation/${world.allocationOf(jobs.running).id}`);
  },
  'node-after-drain-complete.json': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: 6_000_000_000 });
    await world.clock.advance(20_000);
    return world.request(`/v1/node/${busy}`);
  },
  'allocation-killed-by-drain-deadline.json': async ({ world, jobs, busy }) => {
    await drain(world, busy, { Deadline: 6_000_000_000 });
    await world.clock.advance(20_000);
    return world.request(`/v1/allocation/${world.allocationOf(jobs.running, 1).id}`);
  },
  'job-killed-by-drain-deadline-allocations.json': async ({ world, jobs, busy }) => {
    await drain(world, busy, { Deadline: 6_000_000_000 });
    await world.clock.advance(20_000);
    return world.request(`/v1/job/${jobs.running}/allocations`);
  },
};

/** Some recorded jobs had no meta. */
const IGNORED = /\.Job\.Meta/;

function evaluation({ world, jobs }: Cluster, status: string): Promise<Got> {
  const all = world.nomad.state.evaluationsOfJob(jobs.pending);
  return world.request(`/v1/evaluation/${must(all.find((one) => one.status === status)).id}`);
}

function logs({ world, jobs }: Cluster, query: string): Promise<Got> {
  const { id } = world.allocationOf(jobs.complete);
  return world.request(`/v1/client/fs/logs/${id}?${query}&origin=start&offset=0`);
}

function drain(world: World, nodeId: string, spec: unknown): Promise<Got> {
  const body = { NodeID: nodeId, DrainSpec: spec, MarkEligible: spec === null };
  return world.request(`/v1/node/${nodeId}/drain`, 'POST', body);
}

function eligibility(world: World, nodeId: string, value: string): Promise<Got> {
  const body = { NodeID: nodeId, Eligibility: value };
  return world.request(`/v1/node/${nodeId}/eligibility`, 'POST', body);
}

function requestFor(exchange: Exchange): (cluster: Cluster) => Promise<Got> {
  const file = exchange.file.slice('http/'.length);
  const ofJob = /^job-(running|complete|failed|pending)(?:-(\w+))?\.json$/.exec(file);
  if (ofJob === null) return must(REQUESTS[file]);
  const [, state, part] = ofJob;
  return ({ world, jobs }) => {
    const id = Object.entries(jobs).find(([name]) => name === state)?.[1];
    return world.request(`/v1/job/${id}${part === undefined ? '' : `/${part}`}`);
  };
}

const http = exchanges.filter((exchange) => exchange.method !== undefined);
const recordedOnce = [...new Map(http.map((exchange) => [exchange.file, exchange])).values()];

describe('the HTTP API responds like the recorded Nomad 1.0.4', () => {
  test.each(recordedOnce)('$file', async (exchange) => {
    const cluster = await recordedCluster();
    await using world = cluster.world;
    const got = await requestFor(exchange)(cluster);
    expect(got.status).toBe(exchange.status);
    for (const [name, value] of Object.entries(exchange.headers ?? {})) {
      if (name === 'X-Nomad-Index') expect(Number(got.headers.get(name))).toBeGreaterThan(0);
      else expect(got.headers.get(name)).toBe(value);
    }
    expect([...got.headers.keys()].filter((name) => name.startsWith('x-nomad')).sort()).toEqual(
      Object.keys(exchange.headers ?? {})
        .map((name) => name.toLowerCase())
        .filter((name) => name.startsWith('x-nomad'))
        .sort(),
    );
    if (exchange.file.endsWith('.json')) {
      const recorded = shapeOf(JSON.parse(recording(exchange.file)));
      expect(differences(recorded, shapeOf(JSON.parse(got.text)), IGNORED)).toEqual([]);
    } else if (!exchange.file.includes('logs-stderr')) {
      expect(got.text).toBe(recording(exchange.file).trimEnd());
    }
    expect(world.nomad.port).toBeGreaterThan(0);
  });

  test('the event stream has the recorded events, with the fields in the recorded order', async () => {
    const { world, busy } = await recordedCluster();
    await using _ = world;
    await drain(world, busy, { Deadline: -1 });
    await world.clock.advance(10_000);
    await drain(world, busy, null);
    const lines = await readLines(world, '/v1/event/stream?topic=*', 20);
    const orders = new Map<string, string>();
    for (const line of recording('http/event-stream.ndjson').trim().split('\n')) {
      for (const event of JSON.parse(line).Events ?? []) orders.set(event.Topic, keyOrder(event));
    }
    const kinds = new Set<string>();
    for (const line of lines) {
      const entry = JSON.parse(line);
      expect(Object.keys(entry)).toEqual(['Index', 'Events']);
      for (const event of entry.Events) {
        kinds.add(`${event.Topic} ${event.Type}`);
        expect(keyOrder(event)).toBe(orders.get(event.Topic));
      }
    }
    for (const kind of [
      'Job JobRegistered',
      'Evaluation PlanResult',
      'Allocation PlanResult',
      'Allocation AllocationUpdated',
      'Allocation AllocationUpdateDesiredStatus',
      'Evaluation AllocationUpdateDesiredStatus',
      'Node NodeDrain',
      'Evaluation EvaluationUpdated',
    ]) {
      expect(kinds).toContain(kind);
    }
  });
});

function keyOrder(event: { Payload: Record<string, Record<string, unknown>> }): string {
  const [payload] = Object.values(event.Payload);
  return [...Object.keys(event), ...Object.keys(payload ?? {})].join();
}

/** Returns the first lines of a stream, until no more arrive for a while. */
async function readLines(world: World, path: string, atLeast: number): Promise<readonly string[]> {
  const controller = new AbortController();
  const response = await fetch(world.url(path), { signal: controller.signal });
  const lines: string[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of must(response.body)) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    lines.push(...pieces);
    if (lines.length >= atLeast) break;
  }
  controller.abort();
  return lines;
}

const cliRuns = exchanges.filter((exchange) => exchange.argv !== undefined);
const cliOnce = [...new Map(cliRuns.map((exchange) => [exchange.file, exchange])).values()];

/** Replaces the recorded IDs with those of the sandbox. */
function argvFor(exchange: Exchange, cluster: Cluster): readonly string[] {
  const { world, jobs, busy } = cluster;
  const job = Object.entries(jobs).find(([name]) => exchange.file.includes(`-${name}.txt`))?.[1];
  return must(exchange.argv)
    .slice(1)
    .map((word) => {
      if (word === '0e449bfc') return world.allocationOf(jobs.running).id.slice(0, 8);
      if (word === '1ea80217') return world.allocationOf(jobs.complete).id.slice(0, 8);
      if (word === '4ad846c5') return busy.slice(0, 8);
      if (/^[0-9a-f]{8}-/.test(word)) return busy;
      return /^6007ca/.test(word) ? (job ?? jobs.running) : word;
    });
}

/** Replaces what differs between machines: IDs, times, ages, numbers, and column widths. */
function normalise(text: string): readonly string[] {
  const lines = text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/\b[0-9a-f]{24}-0-build-\S+?-\d+\b/g, 'JOB')
    .replace(/\b(\d+(?:mo|[ydhms]))+( ago)?\b/g, 'AGE$2')
    .replace(/\b[0-9a-f]{8}\b/g, 'ID')
    .replace(/\d+(\.\d+)*(?= |\/|$|\t)/gm, 'N')
    .replace(/N (B|[KMG]iB)/g, 'N SIZE')
    .replace(/ip-\S+/g, 'NAME')
    .replace(/ {2,}/g, '  ')
    .replace(/\b(eligible|ineligible) +(ready|down)\b/g, 'STATE')
    .split('\n');
  return lines.filter((line, at) => line !== lines[at - 1]);
}

/** The preparation of a recorded run, and its duration. */
const BEFORE: Readonly<Record<string, (cluster: Cluster) => Promise<unknown>>> = {
  'cli/node-status-draining.txt': ({ world, busy }) => drain(world, busy, { Deadline: -1 }),
  'cli/node-status-allocs-draining.txt': ({ world, busy }) => drain(world, busy, { Deadline: -1 }),
  'cli/node-status-one-draining.txt': ({ world, busy }) => drain(world, busy, { Deadline: -1 }),
  'cli/node-drain-disable.txt': ({ world, busy }) => drain(world, busy, { Deadline: 0 }),
  'cli/job-status-killed-by-drain.txt': async ({ world, busy }) => {
    await drain(world, busy, { Deadline: 6_000_000_000 });
    await world.clock.advance(20_000);
  },
  'cli/node-drain-no-deadline-monitored.txt': async ({ world, jobs, busy }) => {
    world.nomad.stopJob(jobs.second);
    await world.clock.advance(6_000);
    const { id } = world.allocationOf(jobs.running);
    world.clock.schedule(11_000, () => world.nomad.finishBuild(jobs.running));
    expect(world.nomad.state.allocations.get(id)?.nodeId).toBe(busy);
  },
  'cli/node-drain-deadline-kills-monitored.txt': async ({ world, jobs }) => {
    world.nomad.stopJob(jobs.second);
    await world.clock.advance(6_000);
  },
};

/** Outputs with text that depends on the machine: the log, the drivers' attributes. */
const FREE_TEXT = /logs-stderr|node-status-json/;

describe('the CLI prints the same as the recorded nomad 1.0.4', () => {
  test.each(cliOnce)('$file', async (exchange) => {
    const cluster = await recordedCluster();
    await using world = cluster.world;
    await BEFORE[exchange.file]?.(cluster);
    const run = await world.cli(argvFor(exchange, cluster), isMonitored(exchange) ? 30_000 : 0);
    expect(run.stderr).toBe(exchange.stderr);
    if (exchange.exit !== 'timeout') expect(run.code).toBe(exchange.exit);
    if (FREE_TEXT.test(exchange.file)) expect(run.stdout).not.toBe('');
    else expect(sorted(exchange, run.stdout)).toEqual(sorted(exchange, recording(exchange.file)));
  });

  test('node status -json has the recorded fields', async () => {
    const { world } = await recordedCluster();
    await using _ = world;
    const { stdout } = await world.cli(['node', 'status', '-json']);
    const recorded = shapeOf(JSON.parse(recording('cli/node-status-json.txt')));
    expect(differences(recorded, shapeOf(JSON.parse(stdout)), null)).toEqual([]);
    expect(stdout).toMatch(/^\[\n {4}\{\n {8}"Address": "127.0.0.1",\n/);
  });
});

/** The order of the monitor's two loops is not deterministic, nor is the order of nodes. */
function sorted(exchange: Exchange, text: string): readonly string[] {
  const lines = normalise(text);
  return isMonitored(exchange) || /status(-allocs)?-draining/.test(exchange.file)
    ? [...new Set(lines)].sort()
    : lines;
}

function isMonitored(exchange: Exchange): boolean {
  return exchange.file.includes('monitored');
}

describe('responses have the recorded shapes in any installation and after any changes', () => {
  let contracts: ReadonlyMap<string, Shape>;
  beforeAll(() => {
    const merged = new Map<string, unknown[]>();
    for (const [kind, files] of Object.entries({
      node: [
        'node.json',
        'node-draining.json',
        'node-after-drain-complete.json',
        'node-after-drain-disable.json',
      ],
      nodes: ['nodes.json', 'nodes-draining.json'],
      allocations: [
        'allocations.json',
        'allocations-no-task-states.json',
        'job-killed-by-drain-deadline-allocations.json',
      ],
      jobs: ['jobs.json'],
    })) {
      merged.set(
        kind,
        files.flatMap((file) => JSON.parse(recording(`http/${file}`))),
      );
    }
    contracts = new Map([...merged].map(([kind, values]) => [kind, shapeOf(values)]));
  });

  const action = fc.oneof(
    fc.record({
      kind: fc.constant('drain'),
      at: fc.nat(20),
      deadline: fc.constantFrom(-1, 0, 6e9),
    }),
    fc.record({ kind: fc.constant('undrain'), at: fc.nat(20), deadline: fc.constant(0) }),
    fc.record({ kind: fc.constant('submit'), at: fc.nat(9_000), deadline: fc.constant(0) }),
    fc.record({ kind: fc.constant('finish'), at: fc.nat(40), deadline: fc.nat(1) }),
    fc.record({ kind: fc.constant('lose'), at: fc.nat(20), deadline: fc.constant(0) }),
    fc.record({ kind: fc.constant('restore'), at: fc.nat(20), deadline: fc.constant(0) }),
    fc.record({ kind: fc.constant('wait'), at: fc.nat(40_000), deadline: fc.constant(0) }),
  );

  test('for random sizes, seeds and changes', { timeout: 20_000 }, async () => {
    const sizes = fc.record({
      seed: fc.nat(),
      clients: fc.integer({ min: 1, max: 12 }),
      builds: fc.nat(30),
      finished: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(action, { maxLength: 12 }), async (size, actions) => {
        await using world = await World.start({ ...size, buildDurationMs: null }, size.seed);
        for (const { kind, at, deadline } of actions) await act(world, kind, at, deadline);
        await arrived();
        for (const kind of ['nodes', 'allocations', 'jobs']) {
          const { text } = await world.request(`/v1/${kind}`);
          const made = JSON.parse(text);
          expect(differences(must(contracts.get(kind)), shapeOf(made), null)).toEqual([]);
        }
        const nodes = await Promise.all(
          world.nomad.state.nodes.all().map(({ id }) => world.request(`/v1/node/${id}`)),
        );
        const made = shapeOf(nodes.map(({ text }) => JSON.parse(text)));
        // No drain was recorded with a deadline in the future.
        const ignored = /ForceDeadline/;
        expect(differences(must(contracts.get('node')), made, ignored)).toEqual([]);
        consistent(world);
      }),
      { numRuns: 25 },
    );
  });
});

async function act(world: World, kind: string, at: number, deadline: number): Promise<void> {
  const nodes = world.nomad.state.nodes.all();
  const node = nodes[at % nodes.length];
  const jobs = world.nomad.state.jobs.all();
  if (node === undefined) return;
  if (kind === 'drain') await drain(world, node.id, { Deadline: deadline });
  else if (kind === 'undrain') await drain(world, node.id, null);
  else if (kind === 'submit') world.nomad.submitJob({ cpuMhz: at, memoryMb: at });
  else if (kind === 'finish' && jobs.length > 0) {
    world.nomad.finishBuild(must(jobs[at % jobs.length]).id, deadline);
  } else if (kind === 'lose') world.nomad.loseNode(node.id);
  else if (kind === 'restore') world.nomad.restoreNode(node.id);
  else await world.clock.advance(at);
}

/**
 * Checks that used resources match the live allocations, and that exactly jobs with live
 * allocations run.
 */
function consistent({ nomad }: World): void {
  for (const node of nomad.state.nodes.all()) {
    const live = nomad.state
      .allocationsOfNode(node.id)
      .filter(({ client }) => client === 'pending' || client === 'running');
    const cpu = live
      .flatMap(({ group }) => group.tasks)
      .reduce((sum, task) => sum + task.cpuMhz, 0);
    expect(node.usedCpuMhz).toBe(cpu);
    expect(cpu).toBeLessThanOrEqual(node.cpuMhz);
  }
  for (const job of nomad.state.jobs.all()) {
    const live = nomad.state
      .allocationsOfJob(job.id)
      .some(({ desired, client }) => desired === 'run' && ['pending', 'running'].includes(client));
    expect(job.status === 'running').toBe(live);
  }
}
