import fc from 'fast-check';
import type { EvaluationId, JobId, NodeId } from '../../../../src/lib/nomad/model.ts';
import type { Evidence } from '../../../../src/lib/queue/snapshot/evidence.ts';
import type { QueueSnapshot } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import { STAGES } from '../../../../src/lib/queue/stages.ts';
import { redactLine } from '../../../../src/lib/redact-line.ts';

const text = fc.string().filter((one) => redactLine(one) === one);
const ms = fc.integer({ min: 0, max: 1e9 });
const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const list = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 3 });
const stage = fc.constantFrom(...STAGES);

function evidence<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Evidence<T>> {
  const failure = fc.record({ kind: text, code: text, message: text, hint: orNull(text) });
  return fc.oneof(
    fc.record({ status: fc.constant('known' as const), value, tookMs: ms }),
    fc.record({
      status: fc.constant('failed' as const),
      failure,
      timedOut: fc.boolean(),
      tookMs: ms,
    }),
    fc.record({ status: fc.constant('not-asked' as const), why: text }),
  );
}

const pod = fc.record({
  name: text,
  workload: text,
  service: orNull(text),
  stage: orNull(stage),
  createdAt: orNull(moment),
  judgement: fc.record({
    health: fc.constantFrom('ready' as const, 'not-ready' as const),
    ready: ms,
    containers: ms,
    status: text,
    why: orNull(text),
    lostNode: orNull(text),
    blocksReplacement: fc.boolean(),
    restarts: ms,
    restartReason: orNull(text),
    lastRestartAt: orNull(moment),
  }),
});

// The schema library drops the names of properties that all objects have.
const name = fc.string().filter((one) => !/^(?:__proto__|prototype|constructor)$/.test(one));
const counts = fc.dictionary(name, ms, { maxKeys: 2, noNullPrototype: true });
const failure = fc.record({
  taskGroup: text,
  nodesEvaluated: ms,
  nodesFiltered: ms,
  nodesExhausted: ms,
  nodesAvailable: counts,
  classFiltered: counts,
  constraintFiltered: counts,
  classExhausted: counts,
  dimensionExhausted: counts,
  quotaExhausted: list(text),
  coalescedFailures: ms,
});

const job = fc.record({
  id: text.map((id) => id as JobId),
  buildNumber: orNull(ms),
  taskIndex: orNull(ms),
  slug: orNull(text),
  org: orNull(text),
  repo: orNull(text),
  url: orNull(text),
  type: orNull(text),
  status: fc.constantFrom('pending' as const, 'running' as const, 'dead' as const),
  stopped: fc.boolean(),
  submittedAt: orNull(moment),
  ageMs: orNull(ms),
  startedAt: orNull(moment),
  queueMs: orNull(ms),
  finishedAt: orNull(moment),
  outcome: fc.constantFrom('running' as const, null),
  nodeName: orNull(text),
  placements: ms,
  pending: orNull(
    fc.record({
      kind: fc.constant('waiting' as const),
      text,
      remedy: orNull(text),
      moreClientsHelp: orNull(fc.boolean()),
      details: fc.record({
        evaluationId: orNull(text.map((id) => id as EvaluationId)),
        evaluatedAt: orNull(moment),
        waitUntil: orNull(moment),
        failure: orNull(failure),
        asked: orNull(fc.record({ cpuMhz: ms, memoryBytes: ms, diskBytes: orNull(ms) })),
        largest: orNull(fc.record({ cpuMhz: ms, memoryBytes: ms })),
      }),
    }),
  ),
});

const client = fc.record({
  id: text.map((id) => id as NodeId),
  name: text,
  address: orNull(text),
  status: fc.constantFrom('ready' as const, 'down' as const),
  statusDescription: orNull(text),
  eligible: fc.boolean(),
  draining: fc.boolean(),
  takesBuilds: fc.boolean(),
  runningBuilds: ms,
  pendingBuilds: ms,
  unknownBuilds: ms,
  cpuUsedMhz: orNull(ms),
  cpuTotalMhz: orNull(ms),
  memoryUsedBytes: orNull(ms),
  memoryTotalBytes: orNull(ms),
  memoryUsableBytes: orNull(ms),
  nomadReservedCpuMhz: orNull(ms),
  nomadReservedMemoryBytes: orNull(ms),
  exceedsMemoryLimit: orNull(fc.boolean()),
  version: orNull(text),
  nodeClass: orNull(text),
  nodePool: orNull(text),
  datacenter: orNull(text),
});

const load = orNull(fc.record({ builds: ms, containers: ms }));
const readLog = fc.record({
  lines: list(fc.record({ time: text, text })),
  cut: fc.boolean(),
  fresh: ms,
  startedAt: orNull(moment),
});

/** An arbitrary snapshot. */
export const snapshots: fc.Arbitrary<QueueSnapshot> = fc.record({
  format: fc.constant(1 as const),
  installation: text,
  takenAt: moment,
  windowMs: ms,
  freshMs: ms,
  serverVersion: orNull(text),
  clocks: fc.record({
    kubernetesAheadMs: orNull(ms),
    nomadAheadMs: orNull(ms),
    serverAheadMs: orNull(ms),
  }),
  pods: evidence(list(pod)),
  workloads: evidence(
    list(
      fc.record({
        kind: text,
        name: text,
        service: orNull(text),
        stage: orNull(stage),
        replicas: ms,
        ready: ms,
      }),
    ),
  ),
  logs: list(
    fc.record({
      stage,
      pod: text,
      container: text,
      previous: fc.boolean(),
      log: evidence(readLog),
    }),
  ),
  nomad: fc.record({
    leader: evidence(orNull(text)),
    clients: evidence(list(client)),
    jobs: evidence(list(job)),
    agentLogs: list(
      fc.record({
        jobId: text,
        allocationId: text,
        nodeName: orNull(text),
        log: evidence(list(text)),
      }),
    ),
  }),
  server: fc.record({
    summary: evidence(fc.record({ usageQueue: load, runQueue: load, running: load })),
    builds: evidence(
      list(
        fc.record({
          project: orNull(text),
          number: orNull(ms),
          status: orNull(text),
          startedBy: orNull(text),
          queuedAt: orNull(moment),
          startedAt: orNull(moment),
          stoppedAt: orNull(moment),
          url: orNull(text),
          parallel: orNull(ms),
        }),
      ),
    ),
  }),
  rabbitmq: evidence(
    list(
      fc.record({
        vhost: text,
        name: text,
        messages: ms,
        unacknowledged: orNull(ms),
        consumers: orNull(ms),
      }),
    ),
  ),
  outputPort: evidence(
    list(
      fc.record({
        clientId: text,
        client: text,
        check: fc.constantFrom('dns' as const, 'output-processor' as const),
        host: orNull(text),
        port: orNull(ms),
        outcome: fc.constantFrom('ok' as const, 'failed' as const, 'skipped' as const),
        exitCode: orNull(ms),
        meaning: text,
        hint: orNull(text),
      }),
    ),
  ),
  trigger: orNull(
    fc.record({ project: text, number: orNull(ms), pipelineId: orNull(text), ageMs: ms }),
  ),
});
