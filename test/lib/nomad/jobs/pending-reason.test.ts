import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvaluation } from '../../../../src/lib/nomad/http/decode-evaluation.ts';
import { decodeJobDetail } from '../../../../src/lib/nomad/http/decode-job.ts';
import { decodeNode } from '../../../../src/lib/nomad/http/decode-node.ts';
import {
  explainPending,
  type PendingFacts,
} from '../../../../src/lib/nomad/jobs/pending-reason.ts';
import type {
  Evaluation,
  EvaluationId,
  JobId,
  NomadNode,
  PlacementFailure,
  Resources,
} from '../../../../src/lib/nomad/model.ts';
import { later, NOW, node } from '../drain/drain-samples.ts';
import { recordedJson } from '../http/recorded-nomad.ts';

const GIB = 1024 ** 3;
const ARM = '$'.concat('{node.class} = arm');
const SIZE: Resources = { cpuMhz: 4_000, memoryBytes: 8 * GIB, diskBytes: 50 * GIB };
const CLIENTS = [1, 2, 3].map((number) => node(number, { resources: SIZE }));

describe('the recorded pending job', () => {
  const evaluations = list('http/job-pending-evaluations.json', decodeEvaluation);
  const job = decodeJobDetail(recordedJson('http/job-pending.json'));
  const nodes = list('http/nodes-resources.json', decodeNode);

  it('is too large for every client', () => {
    const { taskGroups = null, datacenters = null, nodePool = null } = job ?? {};
    expect(explainPending({ evaluations, nodes, taskGroups, datacenters, nodePool })).toMatchObject(
      {
        kind: 'too-large',
        text: 'requires 8000 MHz CPU and 16.0 GiB memory; the largest client has 4000 MHz and 8.0 GiB',
        remedy:
          'More clients of this size do not help: add a larger one, or use a smaller resource class.',
        moreClientsHelp: false,
        details: {
          evaluationId: 'e2b99dad-64d8-ebf8-cda1-a9efd62d7515',
          asked: { cpuMhz: 8_000, memoryBytes: 16 * GIB },
          largest: { cpuMhz: 4_000, memoryBytes: 8 * GIB },
        },
      },
    );
  });

  it('is not called full or too large if the job was not read', () => {
    const facts = { evaluations, nodes, taskGroups: null, datacenters: null, nodePool: null };
    expect(explainPending(facts)).toMatchObject({
      kind: 'exhausted',
      text: '3 clients without enough free capacity (cpu)',
      moreClientsHelp: null,
      details: { asked: null },
    });
  });
});

interface Case {
  readonly failure?: Partial<PlacementFailure>;
  readonly evaluations?: readonly Evaluation[];
  readonly asked?: Resources;
  readonly nodes?: readonly NomadNode[];
  readonly datacenters?: readonly string[];
  readonly nodePool?: string;
}

const FULL = { nodesEvaluated: 3, nodesExhausted: 3, dimensionExhausted: { memory: 3 } };
const FILTERED = { nodesEvaluated: 3, nodesFiltered: 3 };

const CASES: readonly [string, Case, string, string][] = [
  [
    'no client that accepts builds',
    {
      failure: { nodesEvaluated: 0, nodesAvailable: { default: 0 } },
      nodes: [node(1, { status: 'down' }), node(2, { draining: true, eligible: false })],
    },
    'no-clients',
    'no client accepts builds: 1 down, 1 draining',
  ],
  ['no clients at all', { failure: {}, nodes: [] }, 'no-clients', 'no client accepts builds'],
  [
    'full clients',
    { failure: FULL },
    'all-full',
    'all clients are full (3 clients, short of memory); it requires 1000 MHz CPU and 2.0 GiB memory',
  ],
  [
    'more memory than the largest client has',
    { failure: FULL, asked: { ...SIZE, cpuMhz: 100, memoryBytes: 16 * GIB } },
    'too-large',
    'requires 16.0 GiB memory; the largest client has 8.0 GiB',
  ],
  [
    'more than a single client has at once',
    {
      failure: { ...FULL, nodesEvaluated: 2, nodesExhausted: 2 },
      asked: { cpuMhz: 3_000, memoryBytes: 6 * GIB, diskBytes: null },
      nodes: [
        node(1, { resources: { ...SIZE, cpuMhz: 2_000 } }),
        node(2, { resources: { ...SIZE, memoryBytes: 4 * GIB } }),
      ],
    },
    'too-large',
    'requires 3000 MHz CPU and 6.0 GiB memory; no client has both',
  ],
  [
    "a requirement that fails only because of Nomad's own reserve",
    {
      failure: FULL,
      asked: { ...SIZE, diskBytes: null },
      nodes: [node(1, { resources: SIZE, reserved: { ...SIZE, cpuMhz: 500, memoryBytes: 0 } })],
    },
    'too-large',
    'requires 4000 MHz CPU; the largest client has 3500 MHz',
  ],
  [
    'a larger client that does not accept builds',
    {
      failure: { ...FULL, nodesEvaluated: 1, nodesExhausted: 1 },
      asked: { ...SIZE, cpuMhz: 5_000 },
      nodes: [
        node(1, { resources: SIZE }),
        node(2, { resources: { ...SIZE, cpuMhz: 9_000 }, eligible: false }),
      ],
    },
    'too-large',
    'requires 5000 MHz CPU; the largest client has 4000 MHz',
  ],
  [
    'a constraint',
    { failure: { ...FILTERED, constraintFiltered: { [ARM]: 3 } } },
    'constraint',
    `constraint ${ARM} filters out 3 of 3 clients`,
  ],
  [
    'a constraint that Nomad names only once per class',
    {
      failure: {
        ...FILTERED,
        constraintFiltered: { [ARM]: 1, 'computed class ineligible': 2 },
      },
    },
    'constraint',
    `constraint ${ARM} filters out 3 of 3 clients`,
  ],
  [
    'a class',
    { failure: { ...FILTERED, classFiltered: { 'linux-64bit': 3 } } },
    'class-filtered',
    '3 of 3 clients are filtered out by their class (linux-64bit)',
  ],
  [
    'a missing driver',
    { failure: { ...FILTERED, constraintFiltered: { 'missing drivers': 3 } } },
    'driver-missing',
    '3 of 3 clients lack the driver that its task requires',
  ],
  [
    'some clients filtered out and the others full',
    {
      failure: {
        ...{ nodesEvaluated: 3, nodesFiltered: 2, nodesExhausted: 1 },
        constraintFiltered: { [ARM]: 2 },
        dimensionExhausted: { cpu: 1 },
      },
    },
    'mixed',
    `2 of 3 clients filtered out by constraint ${ARM}, 1 full (cpu)`,
  ],
  [
    'a quota',
    { failure: { ...FULL, quotaExhausted: ['memory exhausted (1024 needed > 512 limit)'] } },
    'quota',
    'quota exhausted: memory exhausted (1024 needed > 512 limit)',
  ],
  [
    'a datacenter without clients',
    { failure: { nodesAvailable: { dc9: 0 } }, datacenters: ['dc9'] },
    'unknown-datacenter',
    'it requires datacenter "dc9", which has no client',
  ],
  [
    'a datacenter without clients, which Nomad 1.5 and later do not name',
    { failure: { nodesAvailable: {} }, datacenters: ['nowhere'] },
    'unknown-datacenter',
    'it requires datacenter "nowhere", which has no client',
  ],
  [
    'a node pool without clients',
    {
      failure: { nodesAvailable: {} },
      nodePool: 'default',
      nodes: CLIENTS.map((client) => ({ ...client, nodePool: 'builds' })),
    },
    'unknown-node-pool',
    'it requires node pool "default", which has no client',
  ],
  [
    'clients that were added after the last attempt, in the pool of all clients',
    { failure: { nodesAvailable: {} }, nodePool: 'all' },
    'no-clients',
    'no client was there for it when Nomad last tried; 3 clients accept builds now',
  ],
  [
    'a queued evaluation',
    { evaluations: [evaluation(1, { status: 'pending' })] },
    'waiting',
    'Nomad has not tried to place the job yet: its evaluation is queued',
  ],
  [
    'an evaluation that waits for a set time',
    { evaluations: [evaluation(1, { status: 'pending', waitUntil: later(60) })] },
    'waiting',
    'Nomad waits until 2026-11-23T14:01:00.000Z before it tries to place the job',
  ],
  [
    'a failed evaluation with a follow-up',
    {
      evaluations: [
        evaluation(1, { status: 'failed', statusDescription: 'reached delivery limit (3)' }),
        evaluation(2, {
          status: 'pending',
          triggeredBy: 'failed-follow-up',
          previousEvaluation: id(1),
          waitUntil: later(60),
        }),
      ],
    },
    'scheduler-failed',
    "Nomad's scheduler failed to place the job: reached delivery limit (3); next try at 2026-11-23T14:01:00.000Z",
  ],
  [
    'conflicting plans',
    {
      evaluations: [
        evaluation(1, { status: 'failed', statusDescription: 'maximum attempts reached (5)' }),
        evaluation(2, {
          status: 'blocked',
          triggeredBy: 'max-plan-attempts',
          previousEvaluation: id(1),
        }),
      ],
    },
    'scheduler-failed',
    "Nomad's scheduler failed to place the job: maximum attempts reached (5)",
  ],
  [
    'no evaluation',
    { evaluations: [] },
    'no-evaluation',
    'Nomad has no evaluation of the job: it has not tried to place it, or the evaluation was removed',
  ],
  [
    'old failures without a blocked evaluation',
    { evaluations: [evaluation(1, { failures: [failed(FULL)] })] },
    'unexplained',
    'The newest evaluation is complete, and none is blocked now',
  ],
  [
    'a blocked evaluation whose cause was removed',
    { evaluations: [evaluation(1, { status: 'blocked' })] },
    'unexplained',
    'Nomad waits for capacity; the evaluation with the reason was removed',
  ],
];

describe('explainPending', () => {
  it.each(CASES)('explains %s', (_, situation, kind, text) => {
    expect(explainPending(factsOf(situation))).toMatchObject({ kind, text });
  });

  it('gives each situation a different text', () => {
    const texts = CASES.map(([, , kind, text]) => `${kind}: ${text}`);
    const [constraint, again] = texts.filter((text) => text.startsWith('constraint'));
    expect(again).toBe(constraint);
    expect(new Set(texts).size).toBe(texts.length - 1);
  });

  it('uses the newest evaluation with failures, in whatever order they are given', () => {
    const evaluations = [
      evaluation(1, { failures: [failed(FULL)] }),
      evaluation(2, { failures: [failed({ ...FILTERED, classFiltered: { arm: 3 } })] }),
      evaluation(3, { status: 'blocked' }),
      evaluation(4, { status: 'canceled' }),
    ];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(evaluations, { minLength: evaluations.length }),
        (shuffled) => {
          const reason = explainPending(factsOf({ evaluations: shuffled }));
          expect([reason.kind, reason.details.evaluationId]).toEqual(['class-filtered', id(2)]);
        },
      ),
    );
  });

  it('says that more clients help exactly if a client is large enough', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8_000 }),
        fc.integer({ min: 1, max: 16 }),
        (mhz, gib) => {
          const asked = { cpuMhz: mhz, memoryBytes: gib * GIB, diskBytes: null };
          const reason = explainPending(factsOf({ failure: FULL, asked }));
          const fits = mhz <= SIZE.cpuMhz && gib * GIB <= SIZE.memoryBytes;
          expect([reason.kind, reason.moreClientsHelp]).toEqual(
            fits ? ['all-full', true] : ['too-large', false],
          );
        },
      ),
    );
  });

  it('points to the leader and the eval broker if no evaluation is processed', () => {
    const { remedy } = explainPending(
      factsOf({ evaluations: [evaluation(1, { status: 'pending' })] }),
    );
    expect(remedy).toMatch(
      /has a leader.* eval broker is not paused: .* operator scheduler get-config$/,
    );
  });

  it('points to the clients that only have to be made eligible again', () => {
    const remedy = (closed: readonly NomadNode[]) =>
      explainPending(factsOf({ failure: FULL, nodes: [...CLIENTS, ...closed] })).remedy;
    expect(remedy([])).toBe('Wait for builds to end, or add clients.');
    expect(
      remedy([
        node(7, { status: 'down' }),
        node(8, { draining: true, eligible: false }),
        node(9, { eligible: false }),
        node(10, { eligible: false, datacenter: 'elsewhere' }),
      ]),
    ).toBe(
      'Wait for builds to end, add clients, or make those that accept no builds eligible (1 down, 1 draining, 1 ineligible).',
    );
  });
});

function factsOf(situation: Case): PendingFacts {
  const resources = situation.asked ?? { cpuMhz: 1_000, memoryBytes: 2 * GIB, diskBytes: null };
  return {
    evaluations: situation.evaluations ?? [
      evaluation(1, { blockedEvaluation: id(2), failures: [failed(situation.failure ?? {})] }),
      evaluation(2, { status: 'blocked', triggeredBy: 'queued-allocs' }),
    ],
    taskGroups: [{ name: 'build', count: 1, resources, tasks: [], constraints: [] }],
    datacenters: situation.datacenters ?? ['default'],
    nodePool: situation.nodePool ?? null,
    nodes: situation.nodes ?? CLIENTS,
  };
}

function failed(changes: Partial<PlacementFailure>): PlacementFailure {
  return {
    taskGroup: 'build',
    nodesEvaluated: 0,
    nodesFiltered: 0,
    nodesExhausted: 0,
    nodesAvailable: { default: 3 },
    classFiltered: {},
    constraintFiltered: {},
    classExhausted: {},
    dimensionExhausted: {},
    quotaExhausted: [],
    coalescedFailures: 0,
    ...changes,
  };
}

function id(number: number): EvaluationId {
  return `evaluation-${number}` as EvaluationId;
}

function evaluation(number: number, changes: Partial<Evaluation>): Evaluation {
  return {
    id: id(number),
    jobId: 'job' as JobId,
    nodeId: null,
    type: 'batch',
    triggeredBy: 'job-register',
    status: 'complete',
    statusDescription: null,
    blockedEvaluation: null,
    previousEvaluation: null,
    nextEvaluation: null,
    waitUntil: null,
    createdAt: NOW,
    modifiedAt: NOW,
    createIndex: number,
    modifyIndex: number,
    failures: [],
    queued: {},
    ...changes,
  };
}

function list<T>(file: string, decode: (item: unknown) => T | null): readonly T[] {
  const items = recordedJson(file);
  if (!Array.isArray(items)) throw new Error(`${file} is no list`);
  return items.map((item) => {
    const decoded = decode(item);
    if (decoded === null) throw new Error(`an item of ${file} was not read`);
    return decoded;
  });
}
