import { describe, expect, it } from 'vitest';
import { decodePod } from '../../../src/lib/kubernetes/decode.ts';
import type { Container, Pod } from '../../../src/lib/kubernetes/model.ts';
import { judgePod, needsNoAttention } from '../../../src/lib/pods/judge.ts';
import { recorded, recordedText } from '../kubernetes/api-server.ts';
import { container, pod, termination } from './sample-pods.ts';

const items = (recorded('pods.json') as { items: unknown[] }).items.map(decodePod);

it.each(
  recordedText('kubectl-get-pods.txt')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/)),
)(
  'gives %s the READY %s, STATUS %s and RESTARTS %s of kubectl',
  (name, ready, status, restarts) => {
    const found = items.find((one) => one.name === name);
    // The last pod was replaced between the two recordings.
    if (!found) return expect(name).toMatch(/^output-processor-/);
    const judged = judgePod(found);
    expect(`${judged.ready}/${judged.containers}`).toBe(ready);
    if (status !== 'CrashLoopBackOff') expect(judged.status).toBe(status);
    if (status !== 'CrashLoopBackOff') expect(judged.restarts).toBe(Number(restarts));
    expect(needsNoAttention(judged)).toBe(ready === '1/1');
  },
);

const waiting = (reason: string, rest: Partial<Container> = {}): Pod =>
  pod({ containers: [container({ ready: false, state: 'waiting', reason, ...rest })] });

describe('a pod', () => {
  it.each<[string, Pod, object]>([
    [
      'that is running and ready is ready',
      pod(),
      { health: 'ready', status: 'Running', why: null },
    ],
    [
      'that is running but not ready is not ready',
      pod({ containers: [container({ ready: false })] }),
      {
        health: 'not-ready',
        status: 'Running',
        why: 'container main runs, but its readiness check fails',
        lostNode: null,
      },
    ],
    [
      'of a StatefulSet that is being deleted on a lost node is not replaced',
      pod({
        owner: { kind: 'StatefulSet', name: 'circleci-nomad' },
        deletedAt: new Date(0),
        lostNode: { name: 'worker-2', why: 'Kubelet stopped posting node status.' },
      }),
      {
        health: 'not-ready',
        status: 'Terminating',
        why: 'its node worker-2 is lost (Kubelet stopped posting node status); no other pod takes its place until the node is back or deleted',
        lostNode: 'worker-2',
        blocksReplacement: true,
      },
    ],
    [
      // The conditions of Kubernetes 1.30 after a kubelet was down for some minutes.
      'that is being deleted may be on a lost node, even if nodes cannot be read',
      pod({
        deletedAt: new Date(0),
        nodeName: 'worker-2',
        conditions: [
          { type: 'Ready', status: 'False', reason: null, message: null },
          { type: 'ContainersReady', status: 'True', reason: null, message: null },
        ],
      }),
      {
        health: 'not-ready',
        why: 'its node worker-2 may be lost: it does not end the pod',
        lostNode: 'worker-2',
        blocksReplacement: false,
      },
    ],
    [
      'that is pending on a lost node is not ready',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        lostNode: { name: 'worker-2', why: 'it does not exist any more' },
      }),
      {
        health: 'not-ready',
        status: 'Pending',
        why: 'its node worker-2 is lost (it does not exist any more)',
        lostNode: 'worker-2',
        blocksReplacement: false,
      },
    ],
    [
      // As Kubernetes 1.30 with containerd reports a command that is not in the image.
      'whose container cannot be started is not ready',
      waiting('CrashLoopBackOff', {
        restarts: 2,
        lastTermination: termination({
          reason: 'StartError',
          exitCode: 128,
          message: 'runc create failed: exec: "/nope": stat /nope: no such file or directory',
        }),
      }),
      {
        health: 'not-ready',
        why: 'container main terminates after every start, the last time with StartError: runc create failed: exec: "/nope": stat /nope: no such file or directory',
      },
    ],
    [
      'of a completed Job is completed',
      pod({
        phase: 'Succeeded',
        containers: [
          container({ ready: false, state: 'terminated', reason: 'Completed', exitCode: 0 }),
        ],
      }),
      { health: 'completed', status: 'Completed', why: null },
    ],
    [
      'whose container crashes is not ready',
      waiting('CrashLoopBackOff', {
        restarts: 4,
        lastTermination: termination({
          reason: 'OOMKilled',
          exitCode: 137,
          finishedAt: new Date(5_000),
        }),
      }),
      {
        health: 'not-ready',
        status: 'CrashLoopBackOff',
        restarts: 4,
        restartReason: 'OOMKilled',
        lastRestartAt: new Date(5_000),
        why: 'container main terminates after every start, the last time with OOMKilled',
      },
    ],
    [
      'whose image cannot be pulled is not ready',
      waiting('ImagePullBackOff', { image: 'x:1', message: 'Back-off pulling image "x:1"' }),
      {
        health: 'not-ready',
        why: 'the image x:1 of container main cannot be pulled: Back-off pulling image "x:1"',
      },
    ],
    [
      'whose image is not on the node, with the pull policy Never',
      waiting('ErrImageNeverPull', { image: 'x:1' }),
      { why: 'the image x:1 of container main is not on the node, and its pull policy is Never' },
    ],
    [
      'that is unschedulable is not ready',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 3 Insufficient cpu.',
          },
        ],
      }),
      {
        health: 'not-ready',
        status: 'Pending',
        why: 'cannot be scheduled: 0/3 nodes are available: 3 Insufficient cpu.',
      },
    ],
    [
      'that is creating its containers is starting',
      { ...waiting('ContainerCreating'), phase: 'Pending' },
      { health: 'starting', status: 'ContainerCreating' },
    ],
    [
      'that was evicted and has no owner is not ready, because nothing replaces it',
      pod({ phase: 'Failed', reason: 'Evicted', owner: null, containers: [] }),
      { health: 'not-ready', status: 'Evicted' },
    ],
    [
      'that was evicted is left behind',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory', containers: [] }),
      { health: 'left-behind', status: 'Evicted', why: 'Evicted: low on memory' },
    ],
    [
      'that is being deleted is terminating',
      pod({ deletedAt: new Date(1) }),
      { health: 'terminating', status: 'Terminating' },
    ],
    [
      'with a readiness gate that is not met is not ready',
      pod({
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'gate a' },
        ],
      }),
      { health: 'not-ready', why: 'ReadinessGatesNotReady: gate a' },
    ],
    [
      'whose first init container fails is not ready',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'waiting', reason: 'PodInitializing' })],
        initContainers: [container({ name: 'migrate', state: 'terminated', exitCode: 2 })],
      }),
      {
        health: 'not-ready',
        status: 'Init:ExitCode:2',
        why: 'container migrate has terminated: exit code 2',
      },
    ],
    [
      'whose init container crashes has the restarts of that container',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'waiting', reason: 'PodInitializing' })],
        initContainers: [
          container({ name: 'migrate', state: 'waiting', reason: 'CrashLoopBackOff', restarts: 3 }),
        ],
      }),
      { health: 'not-ready', status: 'Init:CrashLoopBackOff', restarts: 3 },
    ],
    [
      'that is initialised does not count the restarts of init containers',
      pod({
        initContainers: [container({ state: 'terminated', exitCode: 0, restarts: 3 })],
      }),
      { health: 'ready', status: 'Running', restarts: 0 },
    ],
    [
      'with init containers that is unschedulable is not ready',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        initContainers: [container({ ready: false, state: 'unknown' })],
        conditions: [{ type: 'PodScheduled', status: 'False', reason: null, message: '0/1 nodes' }],
      }),
      { health: 'not-ready', status: 'Pending', why: 'cannot be scheduled: 0/1 nodes' },
    ],
    [
      'with a scheduling gate is not ready',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'gates' },
        ],
      }),
      { health: 'not-ready', status: 'SchedulingGated', why: 'cannot be scheduled: gates' },
    ],
    [
      'that failed because its node was shut down is left behind',
      pod({ phase: 'Failed', reason: 'NodeShutdown', containers: [] }),
      { health: 'left-behind', status: 'NodeShutdown' },
    ],
    [
      'whose containers are ready but which is not ready may be on a lost node',
      pod({ conditions: [{ type: 'Ready', status: 'False', reason: null, message: null }] }),
      {
        ...{ health: 'not-ready', status: 'Running', ready: 1 },
        why: expect.stringContaining('its node may be lost'),
      },
    ],
    [
      'with the reason NodeLost that is being deleted is terminating',
      pod({ deletedAt: new Date(1), reason: 'NodeLost', message: 'Node a is unresponsive' }),
      { health: 'terminating', status: 'Unknown', why: 'NodeLost: Node a is unresponsive' },
    ],
    [
      'whose second init container is running is starting',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'waiting', reason: 'PodInitializing' })],
        initContainers: [
          container({ state: 'terminated', exitCode: 0 }),
          container({ name: 'second', ready: false }),
        ],
      }),
      { health: 'starting', status: 'Init:1/2' },
    ],
  ])('%s', (_name, one, expected) => {
    expect(judgePod(one)).toMatchObject(expected);
  });
});
