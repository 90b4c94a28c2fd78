import { expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import type { KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import { choosePods } from '../../../src/lib/pods/choose-pods.ts';
import { planRestart, type RestartPlan } from '../../../src/lib/pods/restart/plan.ts';
import { reportRestart } from '../../../src/lib/pods/restart/report.ts';
import { type RestartEvent, restartPods } from '../../../src/lib/pods/restart/restart.ts';
import { restartWarnings } from '../../../src/lib/pods/restart/view.ts';
import { LIMITED_TOKEN } from '../../../src/lib/sandbox/kubernetes/scenario.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { type ClusterRig, clusterRig } from './cluster-rig.ts';

const PODS = [
  { name: 'dispatcher', readyAfterMs: 8_000 },
  { name: 'legacy-dispatcher', readyAfterMs: 8_000 },
  { name: 'output-processor', replicas: 2, readyAfterMs: 8_000 },
  { name: 'circleci-mongodb', kind: 'StatefulSet', readyAfterMs: 6_000 },
  { name: 'inject-bottoken', kind: 'Job', situation: 'completed' },
] as const;

const catalogue = makeCatalogue();
const { signal } = new AbortController();

async function plan(
  client: KubernetesClient,
  how: RestartPlan['how'],
  ...names: readonly string[]
): Promise<RestartPlan> {
  const pods = await choosePods(client, catalogue, { names, services: [] }, { signal });
  return planRestart(client, catalogue, pods, how, { signal, runningBuilds: 3 });
}

/** Runs a plan to its end while the sandbox's clock advances. */
async function run(rig: ClusterRig, chosen: RestartPlan, timeoutMs = 300_000, detach = false) {
  const events: RestartEvent[] = [];
  let ended = false;
  const options = { clock: rig.clock, signal, timeoutMs, detach };
  const running = (async () => {
    for await (const event of restartPods(rig.client, chosen, options)) events.push(event);
  })().finally(() => {
    ended = true;
  });
  await Promise.all([running, rig.until(() => ended)]);
  return reportRestart(chosen, events);
}

const uids = (rig: ClusterRig): Readonly<Record<string, string>> =>
  Object.fromEntries(rig.sandbox.pods().map(({ metadata }) => [metadata.name, metadata.uid]));

it('deletes exactly the two selected pods, and waits until their replacements are ready', async () => {
  const rig = await clusterRig(PODS);
  const before = uids(rig);
  const chosen = await plan(rig.client, 'delete', 'dispatcher', 'legacy-dispatcher');
  const report = await run(rig, chosen);
  expect(report).toMatchObject({ how: 'delete', exitCode: 0 });
  expect(report.targets.map(({ target, outcome }) => `${target} ${outcome}`).sort()).toEqual([
    'Deployment/dispatcher ready',
    'Deployment/legacy-dispatcher ready',
  ]);
  const after = uids(rig);
  const gone = Object.keys(before).filter((name) => after[name] !== before[name]);
  expect(gone.map((name) => name.replace(/-[^-]+-[^-]+$/, '')).sort()).toEqual([
    'dispatcher',
    'legacy-dispatcher',
  ]);
  for (const name of ['dispatcher', 'legacy-dispatcher']) {
    expect(rig.sandbox.pod(name).status.containerStatuses?.every(({ ready }) => ready)).toBe(true);
  }
});

it.each([
  ['output-processor', 'Deployment/output-processor', 2],
  ['circleci-mongodb', 'StatefulSet/circleci-mongodb', 1],
])('restarts %s, and waits until every pod is new and ready', async (name, target, count) => {
  const rig = await clusterRig(PODS);
  const before = new Set(Object.values(uids(rig)));
  const chosen = await plan(rig.client, 'roll', name);
  expect(chosen.targets).toMatchObject([{ service: name, losesBuilds: true, rolling: false }]);
  expect(chosen.targets[0]?.pods).toHaveLength(count);
  const report = await run(rig, chosen);
  expect(report).toMatchObject({ exitCode: 0, targets: [{ target, outcome: 'ready' }] });
  const own = rig.sandbox.pods().filter((pod) => pod.metadata.name.startsWith(name));
  expect(own).toHaveLength(count);
  for (const pod of own) expect(before).not.toContain(pod.metadata.uid);
});

it('does not delete a newer pod with the name of a planned one', async () => {
  const rig = await clusterRig(PODS);
  const chosen = await plan(rig.client, 'delete', 'circleci-mongodb');
  rig.sandbox.deletePod('circleci-mongodb', 0);
  await rig.until(() => rig.sandbox.pod('circleci-mongodb').status.phase === 'Running');
  const replaced = uids(rig)['circleci-mongodb-0'];
  expect(await run(rig, chosen)).toMatchObject({ exitCode: 0 });
  expect(uids(rig)['circleci-mongodb-0']).toBe(replaced);
});

it('waits for a replacement if the response to a successful deletion is missing', async () => {
  const rig = await clusterRig(PODS);
  const chosen = await plan(rig.client, 'delete', 'dispatcher');
  const deletePod: KubernetesClient['deletePod'] = async (...asked) => {
    await rig.client.deletePod(...asked);
    throw new AdminError('timeout', 'no answer', { code: 'REQUEST_TIMEOUT', hint: 'Try again.' });
  };
  const client = { ...rig.client, deletePod };
  expect(await run({ ...rig, client }, chosen)).toMatchObject({
    exitCode: 0,
    targets: [{ target: 'Deployment/dispatcher', outcome: 'ready' }],
  });
});

it('continues a restart in progress, and does not start another', async () => {
  const rig = await clusterRig(PODS);
  const first = await run(rig, await plan(rig.client, 'roll', 'output-processor'), 0, true);
  expect(first).toMatchObject({ exitCode: 0, targets: [{ outcome: 'begun' }] });
  const again = await plan(rig.client, 'roll', 'output-processor');
  expect(again.targets).toMatchObject([{ rolling: true }]);
  const writes = rig.calls.writes;
  expect(await run(rig, again)).toMatchObject({ exitCode: 0, targets: [{ outcome: 'ready' }] });
  expect(rig.calls.writes).toBe(writes);
});

it('reports what is not ready at the timeout', async () => {
  const rig = await clusterRig(PODS);
  rig.sandbox.setSituation('dispatcher', 'not-ready');
  const report = await run(rig, await plan(rig.client, 'delete', 'dispatcher'), 30_000);
  expect(report).toMatchObject({
    exitCode: 8,
    targets: [
      {
        outcome: 'not-ready',
        problem: '0 of 1 pods are ready; container dispatcher runs, but its readiness check fails',
        tookMs: 30_000,
      },
    ],
  });
});

it('reports which pods are not replaced at the timeout', async () => {
  const rig = await clusterRig(PODS);
  const chosen = await plan(rig.client, 'roll', 'legacy-dispatcher');
  const [name] = chosen.targets.flatMap(({ pods }) => pods.map((pod) => pod.name));
  const { targets } = await run(rig, chosen, 2_000);
  expect(targets[0]?.problem).toContain(`1 of 1 pods are ready; ${name} not replaced yet`);
});

it('plans to replace all pods of a workload if one is selected, with a warning', async () => {
  const rig = await clusterRig(PODS);
  const [name = ''] = rig.sandbox
    .pods()
    .flatMap(({ metadata }) => (metadata.name.startsWith('output') ? metadata.name : []));
  const chosen = await plan(rig.client, 'roll', name);
  expect(chosen.targets).toMatchObject([{ pods: [{}, {}], unnamed: 1, losesBuilds: true }]);
  expect(restartWarnings(chosen).join()).toContain(
    'All 2 pods of Deployment/output-processor will be replaced',
  );
  const deleting = await plan(rig.client, 'delete', name);
  expect(deleting.targets).toMatchObject([{ pods: [{ name }], unnamed: 0 }]);
});

it('does not wait until an evicted pod is gone', async () => {
  const rig = await clusterRig([{ name: 'frontend', situation: 'evicted' }]);
  rig.sandbox.scale('frontend', 2);
  await rig.clock.advance(10_000);
  const phases = rig.sandbox.pods().map(({ status }) => status.phase);
  expect(phases.sort()).toEqual(['Failed', 'Running', 'Running']);
  const chosen = await plan(rig.client, 'roll', 'frontend');
  expect(chosen.targets).toMatchObject([{ pods: [{}, {}], unnamed: 0 }]);
  expect(await run(rig, chosen)).toMatchObject({ exitCode: 0 });
});

it('reports which pods were deleted before a deletion failed', async () => {
  const rig = await clusterRig(PODS);
  const chosen = await plan(rig.client, 'delete', 'output-processor');
  const [gone, kept] = chosen.targets.flatMap(({ pods }) => pods.map(({ name }) => name));
  const fault = { kind: 'status', status: 403, body: 'no' } as const;
  rig.faults.add({ method: 'DELETE', path: `/${kept}$`, fault });
  const events: RestartEvent[] = [];
  const options = { clock: rig.clock, signal, timeoutMs: 1_000, detach: false };
  for await (const event of restartPods(rig.client, chosen, options)) events.push(event);
  expect(events).toMatchObject([
    { type: 'begun', pods: [gone] },
    { type: 'ended', outcome: 'failed', problem: expect.stringContaining('403') },
  ]);
  expect(reportRestart(chosen, events).targets).toMatchObject([{ pods: [gone] }]);
});

it('reports the failure of one target, but throws if the first one cannot be started', async () => {
  const rig = await clusterRig(PODS);
  const forbidden = { kind: 'status', status: 403, body: 'no' } as const;
  const chosen = await plan(rig.client, 'roll', 'dispatcher', 'legacy-dispatcher');
  const [first, second] = chosen.targets.map(({ name }) => name);
  rig.faults.add({ method: 'PATCH', path: `/${second}$`, fault: forbidden });
  const report = await run(rig, chosen);
  expect(report).toMatchObject({ exitCode: 10 });
  expect(Object.fromEntries(report.targets.map((one) => [one.target, one.outcome]))).toEqual({
    [`Deployment/${first}`]: 'ready',
    [`Deployment/${second}`]: 'failed',
  });
  rig.faults.add({ method: 'PATCH', path: `/${first}$`, fault: forbidden });
  await expect(run(rig, chosen)).rejects.toMatchObject({ kind: 'service' });
});

it('refuses pods that would not be replaced, and changes without permission', async () => {
  const rig = await clusterRig(PODS);
  await expect(plan(rig.client, 'delete', 'inject-bottoken')).rejects.toMatchObject({
    kind: 'validation',
    code: 'NOT_RESTARTABLE',
    message: expect.stringMatching(/cannot be restarted: its owner is Job inject-bottoken$/),
  });
  const limited = await clusterRig(PODS, LIMITED_TOKEN);
  const before = uids(limited);
  await expect(plan(limited.client, 'delete', 'dispatcher')).rejects.toMatchObject({
    kind: 'unauthorised',
    code: 'KUBERNETES_FORBIDDEN',
    message: expect.stringContaining('no permission to get deployments'),
  });
  expect(uids(limited)).toEqual(before);
});
