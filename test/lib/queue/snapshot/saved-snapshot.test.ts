import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import { Masker } from '../../../../src/lib/masking.ts';
import type { JobId, NodeId } from '../../../../src/lib/nomad/model.ts';
import type { Evidence } from '../../../../src/lib/queue/snapshot/evidence.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
} from '../../../../src/lib/queue/snapshot/saved-snapshot.ts';
import type { QueueSnapshot, StageLog } from '../../../../src/lib/queue/snapshot/snapshot.ts';
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
    restarts: ms,
    restartReason: orNull(text),
    lastRestartAt: orNull(moment),
  }),
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
        evaluationId: fc.constant(null),
        evaluatedAt: orNull(moment),
        waitUntil: orNull(moment),
        failure: fc.constant(null),
        asked: fc.constant(null),
        largest: fc.constant(null),
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

const snapshots: fc.Arbitrary<QueueSnapshot> = fc.record({
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

/** One snapshot that is always the same. */
const SAMPLE = fc.sample(snapshots, { seed: 7, numRuns: 1 })[0] as QueueSnapshot;

function refused(saved: string): unknown {
  try {
    return decodeSnapshot(saved);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const { kind, code, message } = error;
    return { kind, code, message };
  }
}

/** The sample's document, changed. */
function changed(change: (document: Record<string, unknown>) => void): string {
  const document = JSON.parse(encodeSnapshot(SAMPLE));
  change(document);
  return JSON.stringify(document);
}

describe('a saved snapshot', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        expect(decodeSnapshot(encodeSnapshot(snapshot))).toEqual(snapshot);
      }),
    );
  });

  it('is one document that says what it is', () => {
    const saved = encodeSnapshot(SAMPLE);
    expect(saved).toMatch(/^\{\n {2}"kind": "circleci-admin-queue-snapshot",\n {2}"format": 1,\n/);
    expect(saved.endsWith('}\n')).toBe(true);
  });

  it('keeps what a later version has added', () => {
    const saved = changed((document) => Object.assign(document, { weather: { rain: true } }));
    expect(decodeSnapshot(saved)).toMatchObject({ weather: { rain: true } });
  });

  it('holds no secret, by whomever it was gathered', () => {
    const masker = new Masker();
    masker.add('s3cr3t-value');
    const lines = [{ time: '', text: 'password=hunter2hunter2; saw s3cr3t-value' }];
    const value = { lines, cut: false, fresh: 0, startedAt: null };
    const log: StageLog = {
      stage: 'dispatcher',
      pod: 'dispatcher-1',
      container: 'dispatcher',
      previous: false,
      log: { status: 'known', value, tookMs: 1 },
    };
    const logs = [log];
    const saved = encodeSnapshot({ ...SAMPLE, logs }, masker);
    expect(saved).toContain('password=[secret]; saw [secret]');
    expect(saved).not.toMatch(/hunter2|s3cr3t/);
  });

  it.each([
    ['nothing', '', /no whole JSON document/],
    ['half of it', encodeSnapshot(SAMPLE).slice(0, 400), /no whole JSON document/],
    ['another document', '{"kind":"List","items":[]}', /it does not say that it is one/],
    ['a list', '[]', /it does not say that it is one/],
    ['a part left out', changed((document) => delete document['pods']), /: pods is missing$/],
    [
      'a moment that is none',
      changed((document) => Object.assign(document, { takenAt: 'yesterday' })),
      /: takenAt is no moment$/,
    ],
    [
      'a pod that is none',
      changed((document) =>
        Object.assign(document, { pods: { status: 'known', value: [7], tookMs: 1 } }),
      ),
      /: pods\.value\[0\] is no object$/,
    ],
    [
      'an answer of no kind',
      changed((document) => Object.assign(document, { rabbitmq: { status: 'lost' } })),
      /: rabbitmq\.status is no one of known, failed, not-asked$/,
    ],
    [
      'no format',
      changed((document) => Object.assign(document, { format: null })),
      /: format is no one of 1$/,
    ],
  ])('is not %s', (_, saved, message) => {
    expect(refused(saved)).toEqual({
      kind: 'validation',
      code: 'BAD_SNAPSHOT',
      message: expect.stringMatching(message),
    });
  });

  it('is not read where a later version has another format', () => {
    expect(refused(changed((document) => Object.assign(document, { format: 2 })))).toEqual({
      kind: 'validation',
      code: 'NEWER_SNAPSHOT',
      message: 'the snapshot has format 2, and this version reads up to 1',
    });
  });
});
