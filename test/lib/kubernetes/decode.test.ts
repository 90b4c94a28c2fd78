import { expect, test } from 'vitest';
import { decodeEvent, decodeList, decodePod } from '../../../src/lib/kubernetes/decode.ts';
import { recorded } from './api-server.ts';

test('decodes a crashing pod', () => {
  const pod = decodePod(recorded('pod-crasher.json'));
  expect(pod).toMatchObject({
    name: 'crasher-6d4577c5c-m7mtf',
    namespace: 'circleci-server',
    uid: '6d4e1116-9fcb-4c21-8ee2-7cdcb03f4c95',
    labels: { app: 'crasher', layer: 'application' },
    phase: 'Running',
    reason: null,
    createdAt: new Date('2026-11-23T16:57:15Z'),
    deletedAt: null,
    podIp: '10.42.0.121',
    owner: { kind: 'ReplicaSet', name: 'crasher-6d4577c5c' },
    resourceVersion: '787',
  });
  expect(pod.containers).toEqual([
    {
      name: 'crasher',
      image: 'docker.io/rig/busybox:1',
      ready: false,
      restarts: 4,
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      message: expect.stringContaining('back-off 1m20s'),
      exitCode: null,
      startedAt: null,
      termination: null,
      lastTermination: {
        reason: 'Error',
        exitCode: 3,
        signal: null,
        message: null,
        startedAt: new Date('2026-11-23T17:01:47Z'),
        finishedAt: new Date('2026-11-23T17:01:47Z'),
      },
      started: false,
      sidecar: false,
      memoryLimitBytes: null,
    },
  ]);
});

test('decodes an unschedulable pod: its containers have no status', () => {
  const pod = decodePod(recorded('pod-pending.json'));
  expect(pod).toMatchObject({ phase: 'Pending', nodeName: null, podIp: null });
  expect(pod.conditions).toContainEqual(
    expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
  );
  expect(pod.containers).toEqual([
    expect.objectContaining({ state: 'unknown', ready: false, restarts: 0, lastTermination: null }),
  ]);
});

test('takes the image that was asked for, and not what the node calls it (Kubernetes 1.30, containerd)', () => {
  const pod = decodePod({
    metadata: { name: 'output-0' },
    spec: { containers: [{ name: 'output', image: 'docker.io/circleci/output:4.5.2' }] },
    status: {
      containerStatuses: [{ name: 'output', image: 'docker.io/circleci/output:3.4.5', state: {} }],
    },
  });
  expect(pod.containers[0]?.image).toBe('docker.io/circleci/output:4.5.2');
});

test('decodes sidecars, ephemeral containers, termination messages and memory limits', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled', signal: 9, message: 'last words\n' };
  const pod = decodePod({
    metadata: { name: 'one' },
    spec: {
      initContainers: [{ name: 'proxy', restartPolicy: 'Always' }, { name: 'migrate' }],
      containers: [{ name: 'main', resources: { limits: { memory: '64Mi' } } }],
      ephemeralContainers: [{ name: 'debugger', image: 'busybox' }],
    },
    status: {
      initContainerStatuses: [{ name: 'proxy', started: true, ready: true }],
      containerStatuses: [{ name: 'main', state: { terminated }, lastState: { terminated } }],
      ephemeralContainerStatuses: [{ name: 'debugger', state: { running: {} } }],
    },
  });
  const ended = { exitCode: 137, reason: 'OOMKilled', signal: 9, message: 'last words\n' };
  expect(pod).toMatchObject({
    initContainers: [
      { name: 'proxy', sidecar: true, started: true },
      { name: 'migrate', sidecar: false, started: null },
    ],
    containers: [{ memoryLimitBytes: 64 * 1_024 ** 2, termination: ended, lastTermination: ended }],
    ephemeralContainers: [{ name: 'debugger', state: 'running' }],
  });
});

test('decodes the containers, times and phases of all recorded pods', () => {
  const { items, next, resourceVersion } = decodeList(recorded('pods.json'));
  expect(next).toBeNull();
  expect(resourceVersion).toMatch(/^\d+$/);
  const pods = items.map(decodePod);
  expect(pods.length).toBeGreaterThan(5);
  for (const pod of pods) {
    expect(pod.containers.length).toBeGreaterThan(0);
    expect(pod.createdAt?.getUTCFullYear()).toBe(2026);
    expect(pod.phase).not.toBe('Unknown');
  }
});

test('decodes the continue token of a page', () => {
  expect(decodeList(recorded('pods-limit.json')).next).toMatch(/./);
});

test('decodes an event, and refuses a document that is not a pod', () => {
  const { items } = decodeList(recorded('events.json'));
  expect(decodeEvent(items[0])).toEqual({
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: 'create Pod circleci-nomad-0 in StatefulSet circleci-nomad successful',
    count: 1,
    firstAt: new Date('2026-11-23T16:57:15Z'),
    lastAt: new Date('2026-11-23T16:57:15Z'),
    involvedObject: { kind: 'StatefulSet', name: 'circleci-nomad' },
  });
  expect(() => decodePod({ kind: 'Pod' })).toThrow(
    expect.objectContaining({ kind: 'service', code: 'KUBERNETES_ERROR' }),
  );
});
