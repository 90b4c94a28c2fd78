import type { NomadCore } from './core.ts';
import { freshAllocation, freshEvaluation } from './fresh.ts';
import { createJob, type JobRequest } from './job-spec.ts';
import type {
  AllocationRecord,
  EvaluationRecord,
  JobRecord,
  NodeRecord,
  PlacementMetrics,
} from './records.ts';
import { isSchedulable } from './records.ts';
import type { NomadScenario, PendingCause } from './scenario.ts';
import { endedTasks, startedTasks } from './task-life.ts';

/** The resources that CircleCI's resource classes request, from small to large. */
const SIZES: readonly { readonly cpuMhz: number; readonly memoryMb: number }[] = [
  { cpuMhz: 1_000, memoryMb: 2_048 },
  { cpuMhz: 2_000, memoryMb: 4_096 },
  { cpuMhz: 2_000, memoryMb: 4_096 },
  { cpuMhz: 3_000, memoryMb: 6_144 },
  { cpuMhz: 4_000, memoryMb: 8_192 },
];
const DEFAULT_DURATION_MS: readonly [number, number] = [120_000, 1_200_000];
/** The time from a generated job's registration to its running task. */
const STARTING_MS = 500;
/** The range of waiting times of generated pending builds. */
const WAITING_MS: readonly [number, number] = [215_000, 570_000];
/** One in this many builds fails. */
const FAILURE_RATE_ONE_IN = 8;

/** Places running and finished builds on the clients, and registers the pending ones. */
export function generateBuilds(core: NomadCore, scenario: NomadScenario): void {
  const { random } = core.context;
  const everyNode = core.state.nodes.all();
  const nodes = everyNode.filter((node) => node.status === 'ready');
  // Clients that are down have run builds earlier.
  const used = nodes.length > 0 ? nodes : everyNode;
  for (let i = 0; i < (scenario.finished ?? 0) && used.length > 0; i += 1) {
    placeFinished(core, random.pick(used), scenario);
  }
  let next = 0;
  for (let i = 0; i < (scenario.builds ?? 6); i += 1) {
    const request = { ...random.pick(SIZES), ...behaviourOf(core, scenario) };
    const node = firstWithRoom(nodes, next, request);
    if (node === null) registerWaiting(core, request, scenario);
    else placeRunning(core, node, request, scenario.quietMs);
    next += 1 + random.integer(0, 1);
  }
  for (const { cause, count = 1 } of scenario.pending ?? []) {
    for (let i = 0; i < count; i += 1) submitPending(core, cause, nodes, scenario);
  }
}

/**
 * Adds a build submitted `agoMs` milliseconds ago: running since then if there is room, else
 * pending.
 */
export function adoptBuild(core: NomadCore, request: JobRequest, agoMs: number): JobRecord {
  const size = { cpuMhz: request.cpuMhz ?? 2_000, memoryMb: request.memoryMb ?? 4_096 };
  const nodes = core.state.nodes.all().filter(isSchedulable);
  const node = firstWithRoom(nodes, core.context.random.integer(0, nodes.length), size);
  const ageMs = agoMs - STARTING_MS;
  const ended = typeof request.durationMs === 'number' && request.durationMs <= ageMs;
  if (node !== null && ageMs > 0 && !ended) return runningSince(core, node, request, ageMs);
  const job = createJob(core, request, 0, agoMs);
  core.scheduler.register(job);
  return job;
}

/** Registers a build that has been waiting for a few minutes, with a different time for each. */
function registerWaiting(
  core: NomadCore,
  request: JobRequest,
  { quietMs = 0 }: NomadScenario,
): void {
  const [shortest, longest] = WAITING_MS;
  const agoMs = quietMs + shortest + ((core.state.jobs.size * 61_000) % (longest - shortest));
  core.scheduler.register(createJob(core, request, 0, agoMs));
}

/** Submits builds one after another at random intervals. */
export function startArrivals(
  core: NomadCore,
  scenario: NomadScenario,
  submit: (request: JobRequest) => void,
): void {
  const perMinute = scenario.arrivalPerMinute ?? 0;
  if (perMinute <= 0) return;
  const { random } = core.context;
  const wait = (): number => (-Math.log(1 - random.next()) * 60_000) / perMinute;
  const arrive = (): void => {
    const request = { ...random.pick(SIZES), ...behaviourOf(core, scenario) };
    submit(request);
    core.agenda.in(wait(), arrive);
  };
  core.agenda.in(wait(), arrive);
}

/** Returns the duration and the exit code of a scenario's build. */
function behaviourOf(
  core: NomadCore,
  scenario: NomadScenario,
): Required<Pick<JobRequest, 'durationMs' | 'exitCode'>> {
  const { random } = core.context;
  const wanted =
    scenario.buildDurationMs === undefined ? DEFAULT_DURATION_MS : scenario.buildDurationMs;
  const exitCode = random.integer(1, FAILURE_RATE_ONE_IN) === 1 ? 1 : 0;
  if (wanted === null || typeof wanted === 'number') return { durationMs: wanted, exitCode };
  return { durationMs: random.integer(...wanted), exitCode };
}

function firstWithRoom(
  nodes: readonly NodeRecord[],
  from: number,
  size: { readonly cpuMhz: number; readonly memoryMb: number },
): NodeRecord | null {
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[(from + i) % nodes.length];
    if (node === undefined) return null;
    const cpu = node.cpuMhz - node.reservedCpuMhz - node.usedCpuMhz;
    const memory = node.memoryMb - node.reservedMemoryMb - node.usedMemoryMb;
    if (cpu >= size.cpuMhz && memory >= size.memoryMb) return node;
  }
  return null;
}

function placeRunning(core: NomadCore, node: NodeRecord, request: JobRequest, quietMs = 0): void {
  const { durationMs } = request;
  const ageMs =
    durationMs === null || durationMs === undefined
      ? core.context.random.integer(1_000, 600_000)
      : Math.floor(core.context.random.next() * durationMs * 0.9);
  const longer = typeof durationMs === 'number' ? { durationMs: durationMs + quietMs } : {};
  runningSince(core, node, { ...request, ...longer }, ageMs + quietMs);
}

function runningSince(
  core: NomadCore,
  node: NodeRecord,
  request: JobRequest,
  ageMs: number,
): JobRecord {
  const { durationMs } = request;
  const allocation = place(core, node, request, ageMs + STARTING_MS);
  core.state.apply('AllocationUpdated', (transaction) => {
    const startedAt = core.state.stamp(ageMs);
    allocation.tasks = startedTasks(allocation, startedAt);
    allocation.client = 'running';
    allocation.clientDescription = 'Tasks are running';
    allocation.modifiedAt = startedAt + 150_000_000n;
    transaction.putAllocation(allocation, true);
  });
  if (typeof durationMs === 'number') core.clients.adopt(allocation, durationMs - ageMs);
  return allocation.job;
}

function placeFinished(core: NomadCore, node: NodeRecord, scenario: NomadScenario): void {
  const { random } = core.context;
  const behaviour = behaviourOf(core, scenario);
  const ranMs = behaviour.durationMs ?? random.integer(60_000, 600_000);
  const { quietMs } = scenario;
  const drawnMs = random.integer(1_000, 3_600_000);
  const endedMs =
    quietMs === undefined
      ? drawnMs
      : Math.max(drawnMs, quietMs + random.integer(0, 600_000) - ranMs);
  const allocation = place(
    core,
    node,
    { ...random.pick(SIZES), ...behaviour },
    endedMs + ranMs + STARTING_MS,
  );
  core.state.apply('AllocationUpdated', (transaction) => {
    const failed = behaviour.exitCode !== 0;
    const started = startedTasks(allocation, core.state.stamp(endedMs + ranMs));
    allocation.tasks = endedTasks(started, core.state.stamp(endedMs), behaviour.exitCode);
    allocation.client = failed ? 'failed' : 'complete';
    allocation.clientDescription = failed ? 'Failed tasks' : 'All tasks have completed';
    allocation.modifiedAt = core.state.stamp(endedMs - 200);
    transaction.putAllocation(allocation, true);
  });
}

/** Registers a job and its one allocation as of some time ago. */
function place(
  core: NomadCore,
  node: NodeRecord,
  request: JobRequest,
  agoMs: number,
): AllocationRecord {
  const { state, context } = core;
  const job = createJob(core, request, 0, agoMs);
  const evaluation: EvaluationRecord = {
    ...freshEvaluation(job.submittedAt),
    id: context.random.uuid(),
    jobId: job.id,
    type: job.type,
    priority: job.priority,
    triggeredBy: 'job-register',
    jobModifyIndex: state.index + 1,
    snapshotIndex: state.index + 1,
    status: 'complete',
    queued: { build: 0 },
    modifiedAt: job.submittedAt + 7_000_000n,
  };
  state.apply('JobRegistered', (transaction) => {
    transaction.putJob(job);
    transaction.putEvaluation(evaluation);
    transaction.setQueued(job, { build: 0 });
  });
  const [group] = job.groups;
  if (group === undefined) throw new Error('a generated job has one group');
  const createdAt = job.submittedAt + 2_000_000n;
  const allocation: AllocationRecord = {
    id: context.random.uuid(),
    evalId: evaluation.id,
    name: `${job.id}.${group.name}[0]`,
    job,
    group,
    nodeId: node.id,
    nodeName: node.name,
    metrics: metricsFor(node),
    createdAt,
    previous: '',
    ...freshAllocation(createdAt),
    // Not null, so that the client does not start the allocation again.
    tasks: [],
  };
  state.apply('PlanResult', (transaction) => transaction.putAllocation(allocation));
  return allocation;
}

const metricsByNode = new WeakMap<NodeRecord, PlacementMetrics>();

/** Returns the scheduler's metrics for a node, shared by all of its generated builds. */
function metricsFor(node: NodeRecord): PlacementMetrics {
  const known = metricsByNode.get(node);
  if (known !== undefined) return known;
  const made: PlacementMetrics = {
    nodesEvaluated: 2,
    nodesFiltered: 0,
    nodesExhausted: 0,
    nodesAvailable: { [node.datacenter]: 2 },
    classFiltered: {},
    constraintFiltered: {},
    classExhausted: {},
    dimensionExhausted: {},
    coalescedFailures: 0,
    allocationTimeNs: 111_476,
    scores: [{ nodeId: node.id, score: 0.76 }],
  };
  metricsByNode.set(node, made);
  return made;
}

function submitPending(
  core: NomadCore,
  cause: PendingCause,
  nodes: readonly NodeRecord[],
  scenario: NomadScenario,
): void {
  const largest = nodes.reduce((max, node) => Math.max(max, node.cpuMhz), 4_000);
  const largestMemory = nodes.reduce((max, node) => Math.max(max, node.memoryMb), 8_192);
  if (cause === 'full' || cause === 'memory') {
    for (const node of nodes) {
      if (node.usedCpuMhz > 0) continue;
      placeRunning(core, node, { ...SIZES[0], durationMs: null }, scenario.quietMs);
    }
  }
  const requests: Readonly<Record<PendingCause, JobRequest>> = {
    full: { cpuMhz: largest, memoryMb: 4_096 },
    memory: { cpuMhz: 10, memoryMb: largestMemory },
    'too-large': { cpuMhz: 2 * largest, memoryMb: 4_096 },
    constraint: {
      constraints: [{ left: '$' + '{attr.kernel.name}', operand: '=', right: 'windows' }],
    },
    class: { constraints: [{ left: '$' + '{node.class}', operand: '=', right: 'arm' }] },
    driver: { driver: 'docker' },
    'no-nodes': { datacenters: ['elsewhere'] },
  };
  registerWaiting(core, { durationMs: 60_000, ...requests[cause] }, scenario);
}
