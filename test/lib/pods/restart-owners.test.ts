import { describe, expect, it } from 'vitest';
import type { KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import type { Workload } from '../../../src/lib/kubernetes/model.ts';
import { choosePods } from '../../../src/lib/pods/choose-pods.ts';
import {
  planRestart,
  type RestartPlan,
  type RestartTarget,
} from '../../../src/lib/pods/restart/plan.ts';
import { reportRestart } from '../../../src/lib/pods/restart/report.ts';
import { type RestartEvent, restartPods } from '../../../src/lib/pods/restart/restart.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { hurriedClock } from '../http/loopback.ts';
import { apiServer } from '../kubernetes/api-server.ts';
import { clusterRig } from './cluster-rig.ts';
import { pod } from './sample-pods.ts';

/** Tests restarts of pods with owners that the sandbox does not support. */

const catalogue = makeCatalogue();
const { signal } = new AbortController();

interface OwnedPod {
  readonly metadata: { readonly name: string; readonly uid: string };
}

/** Returns a pod in the format of the API. */
function podObject(name: string, uid: string, owner: string | null, ready = true): OwnedPod {
  const [kind, of] = owner?.split('/') ?? [];
  const metadata = {
    ...{ name, uid, namespace: 'circleci-server', labels: { app: 'agent' } },
    ownerReferences: owner === null ? [] : [{ kind, name: of, controller: true }],
  };
  return {
    metadata,
    ...{ spec: { containers: [{ name: 'agent' }] } },
    ...{
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'agent', ready, state: { running: {} } }],
      },
    },
  };
}

/**
 * Starts a cluster with one workload and its pods. After a change, it replaces one pod each time
 * the workload is read; `writes` contains the changing requests.
 */
async function cluster(options: {
  readonly kind: string;
  readonly pods: readonly OwnedPod[];
  readonly workload?: object;
  /** Pods with a lower ordinal are not replaced by a rollout. */
  readonly partition?: number;
}) {
  const { partition = 0 } = options;
  const writes: string[] = [];
  const stale = new Set<string>();
  let pods = [...options.pods];
  const owner = `${options.kind}/agent`;
  const step = (): void => {
    const [uid] = stale;
    if (uid === undefined) return;
    stale.delete(uid);
    pods = pods.map((pod) =>
      pod.metadata.uid === uid ? podObject(pod.metadata.name, `${uid}-new`, owner) : pod,
    );
  };
  const workload = (): object => {
    const [updated, all] = [pods.length - stale.size - partition, pods.length];
    return {
      metadata: { name: 'agent', generation: 1 },
      spec: { replicas: all, selector: { matchLabels: { app: 'agent' } }, ...options.workload },
      status: {
        observedGeneration: 1,
        ...{ desiredNumberScheduled: all, currentNumberScheduled: all, numberReady: all },
        ...{ numberAvailable: all, updatedNumberScheduled: updated },
        ...{ replicas: all, readyReplicas: all, availableReplicas: all, updatedReplicas: updated },
      },
    };
  };
  const client = await apiServer((request, response) => {
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    const [resource = '', name] = path.split('/namespaces/circleci-server/')[1]?.split('/') ?? [];
    if (method !== 'GET') writes.push(`${method} ${resource}/${name}`);
    if (method === 'PATCH') {
      for (const { metadata } of pods.slice(partition)) stale.add(metadata.uid);
    }
    if (method === 'DELETE') {
      stale.add(pods.find(({ metadata }) => metadata.name === name)?.metadata.uid ?? '');
    }
    if (resource !== 'pods') step();
    const body = resource === 'pods' && method === 'GET' ? { items: pods } : workload();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  return { client, writes };
}

async function plan(
  client: KubernetesClient,
  how: RestartPlan['how'],
  ...names: readonly string[]
): Promise<RestartPlan> {
  const pods = await choosePods(client, catalogue, { names, services: [] }, { signal });
  return planRestart(client, catalogue, pods, how, { signal, runningBuilds: 0 });
}

async function run(client: KubernetesClient, chosen: RestartPlan) {
  const events: RestartEvent[] = [];
  const options = { clock: hurriedClock(), signal, timeoutMs: 60_000, detach: false };
  for await (const event of restartPods(client, chosen, options)) events.push(event);
  return reportRestart(chosen, events);
}

describe('a DaemonSet', () => {
  const pods = ['a', 'b', 'c'].map((name) => podObject(`agent-${name}`, name, 'DaemonSet/agent'));

  it('is restarted, and the restart lasts until every node has a new pod', async () => {
    const { client, writes } = await cluster({ kind: 'DaemonSet', pods });
    const report = await run(client, await plan(client, 'roll', 'agent-a'));
    expect(writes).toEqual(['PATCH daemonsets/agent']);
    expect(report).toMatchObject({
      exitCode: 0,
      targets: [
        {
          target: 'DaemonSet/agent',
          outcome: 'ready',
          pods: pods.map(({ metadata }) => metadata.name),
        },
      ],
    });
  });

  it('replaces a deleted pod', async () => {
    const { client, writes } = await cluster({ kind: 'DaemonSet', pods });
    const report = await run(client, await plan(client, 'delete', 'agent-b'));
    expect(writes).toEqual(['DELETE pods/agent-b']);
    expect(report).toMatchObject({ exitCode: 0, targets: [{ pods: ['agent-b'] }] });
  });
});

describe('a Deployment with a pod on a lost node', () => {
  // As Kubernetes 1.30 has it: the pod stays until the node is back, and another one is ready.
  const workload: Workload = {
    ...{ kind: 'Deployment' as const, name: 'agent', labels: {}, selector: { app: 'agent' } },
    ...{ replicas: 1, current: 1, ready: 1, available: 1, updated: 1, observed: true },
    ...{ strategy: 'RollingUpdate', restartedAt: null, stalled: null },
  };
  const owner = { kind: 'ReplicaSet', name: 'agent-5d5d' };
  const labels = { app: 'agent', 'pod-template-hash': '5d5d' };
  const held = pod({
    ...{ name: 'agent-5d5d-a', uid: 'a', owner, labels, deletedAt: new Date(0) },
    nodeName: 'worker-2',
    conditions: [
      { type: 'Ready', status: 'False', reason: null, message: null },
      { type: 'ContainersReady', status: 'True', reason: null, message: null },
    ],
  });
  const fresh = pod({ name: 'agent-5d5d-b', uid: 'b', owner, labels });

  it.each(['roll', 'delete'] as const)('is ready without the end of that pod: %s', async (how) => {
    const client = {
      getWorkload: async () => workload,
      listPods: async () => [held, fresh],
      getPod: async () => held,
      deletePod: async () => undefined,
      restartWorkload: async () => undefined,
    };
    const doomed = { name: held.name, uid: held.uid, ready: false, terminating: false };
    const target: RestartTarget = {
      ...{ kind: 'Deployment' as const, name: 'agent', pods: [doomed], unnamed: 0, replicas: 1 },
      ...{ ready: 1, rolling: false, service: null, impact: null, losesBuilds: false },
      severity: 'unknown',
    };
    const events: RestartEvent[] = [];
    const options = { clock: hurriedClock(), signal, timeoutMs: 60_000, detach: false };
    const chosen = { how, targets: [target], runningBuilds: 0 };
    for await (const event of restartPods(client, chosen, options)) events.push(event);
    expect(reportRestart(chosen, events)).toMatchObject({
      exitCode: 0,
      targets: [
        {
          outcome: 'ready',
          problem: 'agent-5d5d-a: its node worker-2 may be lost: it does not end the pod',
        },
      ],
    });
  });
});

describe('a StatefulSet with a partition', () => {
  const options = {
    kind: 'StatefulSet',
    partition: 1,
    pods: [0, 1].map((at) => podObject(`agent-${at}`, `${at}`, 'StatefulSet/agent')),
    workload: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
  };

  it('is not restarted if a selected pod is below the partition', async () => {
    const { client, writes } = await cluster(options);
    await expect(plan(client, 'roll', 'agent')).rejects.toMatchObject({
      exitCode: 7,
      code: 'NOT_RESTARTABLE',
      message:
        'StatefulSet agent has a partition of 1: a rolling restart would not replace agent-0',
      hint: 'Delete the pods: circleci-admin pods restart agent-0 --delete',
    });
    expect(writes).toEqual([]);
  });

  it('replaces the pods above its partition, and waits for them', async () => {
    const { client, writes } = await cluster(options);
    expect(await run(client, await plan(client, 'roll', 'agent-1'))).toMatchObject({
      exitCode: 0,
      targets: [{ target: 'StatefulSet/agent', outcome: 'ready', pods: ['agent-1'] }],
    });
    expect(writes).toEqual(['PATCH statefulsets/agent']);
  });

  it('replaces any deleted pod', async () => {
    const { client, writes } = await cluster(options);
    expect(await run(client, await plan(client, 'delete', 'agent'))).toMatchObject({ exitCode: 0 });
    expect(writes).toEqual(['DELETE pods/agent-0', 'DELETE pods/agent-1']);
  });
});

describe('a StatefulSet with OnDelete', () => {
  const options = {
    kind: 'StatefulSet',
    pods: [0, 1].map((at) => podObject(`agent-${at}`, `${at}`, 'StatefulSet/agent')),
    workload: { updateStrategy: { type: 'OnDelete' } },
  };

  it('is not restarted, because no pod would be replaced', async () => {
    const { client, writes } = await cluster(options);
    await expect(plan(client, 'roll', 'agent')).rejects.toMatchObject({
      exitCode: 7,
      code: 'NOT_RESTARTABLE',
      hint: expect.stringContaining('--delete'),
    });
    expect(writes).toEqual([]);
  });

  it('replaces a deleted pod', async () => {
    const { client, writes } = await cluster(options);
    expect(await run(client, await plan(client, 'delete', 'agent-1'))).toMatchObject({
      exitCode: 0,
      targets: [{ target: 'StatefulSet/agent', outcome: 'ready', pods: ['agent-1'] }],
    });
    expect(writes).toEqual(['DELETE pods/agent-1']);
  });
});

describe.each(['roll', 'delete'] as const)('a restart by %s', (how) => {
  it.each([
    [null, 'it has no owner', 'If you delete it, nothing creates it again'],
    ['Node/node1', 'its owner is Node node1', 'Only pods of Deployments'],
    ['Job/migrate', 'its owner is Job migrate', 'Only pods of Deployments'],
    [
      'ReplicaSet/agent',
      'its owner is ReplicaSet agent',
      'Delete it, and its ReplicaSet creates another: kubectl delete pod agent-x -n circleci-server',
    ],
  ])('is refused for a pod whose owner is %s', async (owner, why, hint) => {
    const pods = [podObject('agent-x', 'x', owner)];
    const { client, writes } = await cluster({ kind: 'ReplicaSet', pods });
    await expect(plan(client, how, 'agent-x')).rejects.toMatchObject({
      ...{ exitCode: 7, code: 'NOT_RESTARTABLE' },
      message: `agent-x cannot be restarted: ${why}`,
      hint: expect.stringContaining(hint),
    });
    expect(writes).toEqual([]);
  });
});

const FRONTEND = '/apis/apps/v1/namespaces/circleci-server/deployments/frontend';

it('refuses to restart a paused Deployment before the first change', async () => {
  const rig = await clusterRig([{ name: 'frontend' }]);
  const headers = { 'content-type': 'application/merge-patch+json' };
  await rig.fetch(FRONTEND, { method: 'PATCH', headers, body: { spec: { paused: true } } });
  const { writes } = rig.calls;
  await expect(plan(rig.client, 'roll', 'frontend')).rejects.toMatchObject({
    exitCode: 7,
    message: 'Deployment frontend is paused, so it would replace no pod',
    hint: 'Resume its rollout first: kubectl rollout resume deployment/frontend -n circleci-server --context test',
  });
  expect(rig.calls.writes).toBe(writes);
  expect((await plan(rig.client, 'delete', 'frontend')).targets).toHaveLength(1);
});
