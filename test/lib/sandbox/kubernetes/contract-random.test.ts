import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PodObject } from '../../../../src/lib/sandbox/kubernetes/objects.ts';
import type { PodSituation, PodSpec } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { containerEvents, type Rig, recorded, recordedJson, startRig } from './rig.ts';
import { Shape } from './shape.ts';

const NS = '/api/v1/namespaces/circleci-server';

const SITUATIONS: readonly PodSituation[] = [
  'running',
  'not-ready',
  'crash-loop',
  'image-missing',
  'image-pull-back-off',
  'out-of-memory',
  'unschedulable',
];

const workload: fc.Arbitrary<PodSpec> = fc.record({
  name: fc.stringMatching(/^[a-z]{3,8}$/),
  kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const),
  replicas: fc.integer({ min: 0, max: 4 }),
  situation: fc.constantFrom(...SITUATIONS),
  readyAfterMs: fc.constantFrom(0, 3_000),
});

const ACTS = ['delete', 'kill', 'crash', 'unready', 'restart', 'scale', 'wait'] as const;
type Act = (typeof ACTS)[number];

const mutation = fc.record({
  act: fc.constantFrom(...ACTS),
  at: fc.nat(),
  amount: fc.integer({ min: 0, max: 5 }),
});

const RECORDED_ITEMS = (recordedJson('pods.json') as { items: { metadata: object }[] }).items;

/** A Deployment whose pods are not ready is scaled down in the middle of its rollout. */
const SCALED_DOWN_WHILE_ROLLING: [PodSpec[], { act: Act; at: number; amount: number }[], number] = [
  [{ name: 'aaa', kind: 'Deployment', replicas: 0, situation: 'not-ready', readyAfterMs: 0 }],
  [
    { act: 'scale', at: 0, amount: 4 },
    { act: 'restart', at: 0, amount: 0 },
    { act: 'scale', at: 0, amount: 2 },
  ],
  0,
];

const EVENT_SHAPE = Shape.of(
  // A namespace without changes in the last hour has no events.
  { kind: 'EventList', apiVersion: 'v1', items: [] },
  ...[recordedJson('events.json'), containerEvents()].map((list) => {
    const { metadata: _, ...rest } = Object(list);
    return rest;
  }),
);

const POD_SHAPE = Shape.of(
  ...RECORDED_ITEMS,
  // Annotations come from the template: the pods of a restarted workload have some.
  ...RECORDED_ITEMS.map((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, annotations: { at: '' } },
  })),
  ...recorded('watch-pods.txt')
    .trim()
    .split('\n')
    .map((line) => {
      const { kind: _, apiVersion: __, ...object } = JSON.parse(line).object;
      return object;
    }),
);

test('random installations keep the recorded shapes after random changes, and converge', async () => {
  const specs = fc.uniqueArray(workload, {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 4,
  });
  const property = fc.asyncProperty(
    specs,
    fc.array(mutation, { maxLength: 8 }),
    fc.nat(),
    async (pods, mutations, seed) => {
      const own = await startRig({ pods: pods.map(complete) }, {}, seed);
      try {
        for (const step of mutations) {
          await mutate(own, step, pods);
          await expectRecordedShapes(own);
        }
        await own.clock.advance(120_000);
        await expectRecordedShapes(own);
        await expectConverged(own, pods);
      } finally {
        await own.stop();
      }
    },
  );
  await fc.assert(property, { numRuns: 25, examples: [SCALED_DOWN_WHILE_ROLLING] });
});

/** Completes a specification with all features of the recorded pods. */
function complete(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: [{ name: spec.name, command: ['run'], ports: { http: 80 } }],
    readinessPath: '/healthz',
  };
}

async function mutate(
  own: Rig,
  { act, at, amount }: { act: string; at: number; amount: number },
  specs: readonly PodSpec[],
): Promise<void> {
  const pods = own.sandbox.pods();
  const pod = pods[at % Math.max(1, pods.length)]?.metadata.name;
  const spec = specs[at % specs.length];
  const plural = spec?.kind === 'StatefulSet' ? 'statefulsets' : 'deployments';
  const url = `/apis/apps/v1/namespaces/circleci-server/${plural}/${spec?.name ?? ''}`;
  const patch = (body: unknown, path = url) =>
    own.fetch(path, {
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  if (act === 'wait') await own.clock.advance(amount * 1_000);
  else if (act === 'scale') await patch({ spec: { replicas: amount } }, `${url}/scale`);
  else if (act === 'restart') {
    await patch({ spec: { template: { metadata: { annotations: { at: String(at) } } } } });
  } else if (pod === undefined) return;
  else if (act === 'crash') own.sandbox.crash(pod);
  else if (act === 'unready') own.sandbox.setReady(pod, false);
  else {
    const grace = act === 'kill' ? 0 : 1;
    await own.fetch(`${NS}/pods/${pod}?gracePeriodSeconds=${grace}`, { method: 'DELETE' });
  }
}

async function expectRecordedShapes(own: Rig): Promise<void> {
  const pods = (await own.fetch(`${NS}/pods`)).json()['items'] as unknown[];
  expect(pods.flatMap((pod) => POD_SHAPE.check(pod))).toEqual([]);
  const events = await own.fetch(`${NS}/events`);
  const { metadata: _, ...list } = events.json();
  expect(EVENT_SHAPE.check(list)).toEqual([]);
}

function isReady(pod: PodObject): boolean {
  return (
    pod.status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
  );
}

/**
 * Checks that replicas have converged. A StatefulSet stops at a pod that does not become ready, and
 * the rollout of a Deployment keeps up to a quarter more pods than requested.
 */
async function expectConverged(own: Rig, specs: readonly PodSpec[]): Promise<void> {
  for (const { name, kind } of specs) {
    const stateful = kind === 'StatefulSet';
    const plural = stateful ? 'statefulsets' : 'deployments';
    const path = `/apis/apps/v1/namespaces/circleci-server/${plural}/${name}/scale`;
    const scale = (await own.fetch(path)).json() as { spec: { replicas: number } };
    const list = (await own.fetch(`${NS}/pods?labelSelector=app%3D${name}`)).json();
    const pods = (list['items'] as unknown[]).length;
    const { replicas } = scale.spec;
    const healthy = Object(list['items']).every(isReady);
    const surge = stateful || healthy ? 0 : Math.ceil(replicas / 4);
    expect(pods).toBeLessThanOrEqual(replicas + surge);
    expect(pods).toBeGreaterThanOrEqual(stateful ? Math.min(1, replicas) : replicas);
  }
}
