import { describe, expect, it } from 'vitest';
import { decodePod } from '../../../src/lib/kubernetes/decode.ts';
import type { Container, Pod } from '../../../src/lib/kubernetes/model.ts';
import { isWell, judgePod } from '../../../src/lib/pods/judge.ts';
import { recorded, recordedText } from '../kubernetes/api-server.ts';
import { container, pod, termination } from './sample-pods.ts';

const items = (recorded('pods.json') as { items: unknown[] }).items.map(decodePod);

it.each(
  recordedText('kubectl-get-pods.txt')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/)),
)('says of %s what kubectl printed: %s %s', (name, ready, status, restarts) => {
  const found = items.find((one) => one.name === name);
  // The last pod was replaced between both recordings.
  if (!found) return expect(name).toMatch(/^output-processor-/);
  const judged = judgePod(found);
  expect(`${judged.ready}/${judged.containers}`).toBe(ready);
  if (status !== 'CrashLoopBackOff') expect(judged.status).toBe(status);
  if (status !== 'CrashLoopBackOff') expect(judged.restarts).toBe(Number(restarts));
  expect(isWell(judged)).toBe(ready === '1/1');
});

const waiting = (reason: string, rest: Partial<Container> = {}): Pod =>
  pod({ containers: [container({ ready: false, state: 'waiting', reason, ...rest })] });

describe('a pod', () => {
  it.each<[string, Pod, object]>([
    ['that runs and is ready', pod(), { health: 'ready', status: 'Running', why: null }],
    [
      'that runs is not ready by that',
      pod({ containers: [container({ ready: false })] }),
      {
        health: 'not-ready',
        status: 'Running',
        why: 'container main runs, but its readiness check fails',
      },
    ],
    [
      'of a StatefulSet that is being deleted on a lost node',
      pod({
        owner: { kind: 'StatefulSet', name: 'circleci-nomad' },
        deletedAt: new Date(0),
        lostNode: { name: 'worker-2', why: 'Kubelet stopped posting node status.' },
      }),
      {
        health: 'not-ready',
        status: 'Terminating',
        why: 'its node worker-2 is lost (Kubelet stopped posting node status); no other pod takes its place until the node is back or deleted',
      },
    ],
    [
      // As Kubernetes 1.30 has it when a kubelet stopped for some minutes.
      'that is being deleted and that nobody hears of, where nodes may not be read',
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
      },
    ],
    [
      'that a lost node has not started',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        lostNode: { name: 'worker-2', why: 'it does not exist any more' },
      }),
      {
        health: 'not-ready',
        status: 'Pending',
        why: 'its node worker-2 is lost (it does not exist any more)',
      },
    ],
    [
      'of a Job that completed',
      pod({
        phase: 'Succeeded',
        containers: [
          container({ ready: false, state: 'terminated', reason: 'Completed', exitCode: 0 }),
        ],
      }),
      { health: 'completed', status: 'Completed', why: null },
    ],
    [
      'whose container crashes',
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
      'whose image cannot be pulled',
      waiting('ImagePullBackOff', { image: 'x:1', message: 'Back-off pulling image "x:1"' }),
      {
        health: 'not-ready',
        why: 'the image x:1 of container main cannot be pulled: Back-off pulling image "x:1"',
      },
    ],
    [
      'whose image is not on the node',
      waiting('ErrImageNeverPull', { image: 'x:1' }),
      { why: 'the image x:1 of container main is not on the node, and its pull policy is Never' },
    ],
    [
      'that no node takes',
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
      'that is being started',
      { ...waiting('ContainerCreating'), phase: 'Pending' },
      { health: 'starting', status: 'ContainerCreating' },
    ],
    [
      'that was evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory', containers: [] }),
      { health: 'left-behind', status: 'Evicted', why: 'Evicted: low on memory' },
    ],
    [
      'that is being deleted',
      pod({ deletedAt: new Date(1) }),
      { health: 'terminating', status: 'Terminating' },
    ],
    [
      'that a readiness gate holds back',
      pod({
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'gate a' },
        ],
      }),
      { health: 'not-ready', why: 'ReadinessGatesNotReady: gate a' },
    ],
    [
      'whose first init container fails',
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
      'whose init container crashes has its restarts',
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
      'that is initialised counts no restarts of what went before',
      pod({
        initContainers: [container({ state: 'terminated', exitCode: 0, restarts: 3 })],
      }),
      { health: 'ready', status: 'Running', restarts: 0 },
    ],
    [
      'with init containers that no node takes',
      pod({
        phase: 'Pending',
        containers: [container({ ready: false, state: 'unknown' })],
        initContainers: [container({ ready: false, state: 'unknown' })],
        conditions: [{ type: 'PodScheduled', status: 'False', reason: null, message: '0/1 nodes' }],
      }),
      { health: 'not-ready', status: 'Pending', why: 'cannot be scheduled: 0/1 nodes' },
    ],
    [
      'that a scheduling gate holds back',
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
      'that a node left behind when it was shut down',
      pod({ phase: 'Failed', reason: 'NodeShutdown', containers: [] }),
      { health: 'left-behind', status: 'NodeShutdown' },
    ],
    [
      'whose node is lost is not ready',
      pod({ conditions: [{ type: 'Ready', status: 'False', reason: null, message: null }] }),
      {
        ...{ health: 'not-ready', status: 'Running', ready: 1 },
        why: expect.stringContaining('its node may be lost'),
      },
    ],
    [
      'of a lost node that is being deleted',
      pod({ deletedAt: new Date(1), reason: 'NodeLost', message: 'Node a is unresponsive' }),
      { health: 'terminating', status: 'Unknown', why: 'NodeLost: Node a is unresponsive' },
    ],
    [
      'whose second init container runs',
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
