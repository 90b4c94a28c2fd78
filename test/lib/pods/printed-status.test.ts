import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/lib/kubernetes/model.ts';
import { judgePod } from '../../../src/lib/pods/judge.ts';
import { container, pod, termination } from './sample-pods.ts';

/**
 * The cases of Kubernetes' printers_test.go (TestPrintPodWithRestartableInitContainers), and more.
 */

const INITIALISED = [{ type: 'Initialized', status: 'True', reason: null, message: null }];
const RUNS = { started: true, restarts: 3 } as const;
const WAITS = { ready: false, state: 'waiting', reason: 'PodInitializing' } as const;
const CRASHES = {
  ready: false,
  state: 'waiting',
  reason: 'CrashLoopBackOff',
  started: false,
} as const;

const sidecar = (rest: Partial<Container> = {}): Container =>
  container({ name: 'proxy', sidecar: true, ...RUNS, ...rest });
const step = (rest: Partial<Container> = {}): Container =>
  container({ name: 'migrate', ready: false, ...rest });
const done = step({ state: 'terminated', reason: 'Completed', exitCode: 0, restarts: 7 });

describe('a pod with a sidecar', () => {
  it.each<[string, Partial<Pod>, string, object?]>([
    [
      'that is running',
      { initContainers: [sidecar()] },
      '2/2 Running 3',
      { health: 'ready', why: null },
    ],
    [
      'that is running, after an init container that was restarted',
      { initContainers: [sidecar(), done] },
      '2/2 Running 3',
    ],
    [
      'while the next init container is running',
      { phase: 'Pending', initContainers: [sidecar(), step()], containers: [container(WAITS)] },
      '1/2 Init:1/2 3',
      { health: 'starting' },
    ],
    [
      'that has not passed its startup probe',
      {
        phase: 'Pending',
        initContainers: [sidecar({ started: false, ready: false }), step(WAITS)],
        containers: [container(WAITS)],
      },
      '0/2 Init:0/2 3',
      { why: 'container proxy runs, but has not passed its start-up check' },
    ],
    [
      'that is not ready',
      { initContainers: [sidecar({ ready: false })] },
      '1/2 Running 3',
      { health: 'not-ready', why: 'container proxy runs, but its readiness check fails' },
    ],
    [
      'that crashes while the other containers are running',
      { initContainers: [sidecar(CRASHES)], conditions: INITIALISED },
      '1/2 Init:CrashLoopBackOff 3',
      { health: 'not-ready', why: 'container proxy terminates after every start' },
    ],
    [
      'that crashes before the other containers start',
      { phase: 'Pending', initContainers: [sidecar(CRASHES)], containers: [container(WAITS)] },
      '0/2 Init:CrashLoopBackOff 3',
    ],
    [
      'that has ended',
      {
        phase: 'Succeeded',
        initContainers: [sidecar({ ready: false, state: 'terminated', exitCode: 0 })],
        containers: [
          container({ ready: false, state: 'terminated', exitCode: 0, reason: 'Completed' }),
        ],
      },
      '0/2 Completed 3',
      { health: 'completed' },
    ],
  ])('%s', (_name, given, printed, more = {}) => {
    const judged = judgePod(pod(given));
    const { ready, containers, status, restarts } = judged;
    expect(`${ready}/${containers} ${status} ${restarts}`).toBe(printed);
    expect(judged).toMatchObject(more);
  });
});

it('shows the signal if a container ended without a reason', () => {
  const killed = {
    ready: false,
    state: 'terminated',
    reason: null,
    exitCode: 137,
    termination: termination({ reason: null, exitCode: 137, signal: 9 }),
  } as const;
  expect(judgePod(pod({ containers: [container(killed)] })).status).toBe('Signal:9');
  expect(judgePod(pod({ initContainers: [step(killed)] })).status).toBe('Init:Signal:9');
});

it('shows the first container by name that is not running, like the kubelet sorts them', () => {
  const waiting = { ready: false, state: 'waiting' } as const;
  const containers = [
    container({ name: 'b', ...waiting, reason: 'ImagePullBackOff' }),
    container({ name: 'a', ...waiting, reason: 'CrashLoopBackOff' }),
  ];
  expect(judgePod(pod({ containers })).status).toBe('CrashLoopBackOff');
});

it('considers the last end only of containers whose restarts are counted', () => {
  const lastTermination = termination({ exitCode: 4, finishedAt: new Date(1) });
  const before = pod({ initContainers: [{ ...done, lastTermination }] });
  expect(judgePod(before)).toMatchObject({ restarts: 0, restartReason: null });
  const beside = pod({ initContainers: [sidecar({ lastTermination })] });
  expect(judgePod(beside)).toMatchObject({ restarts: 3, restartReason: 'exit code 4' });
});
