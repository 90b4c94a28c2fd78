import type { Container, Pod, Termination } from '../../../src/lib/kubernetes/model.ts';

/** Returns the termination of a container; by default with exit code 1. */
export function termination(rest: Partial<Termination> = {}): Termination {
  return {
    reason: 'Error',
    exitCode: 1,
    signal: null,
    message: null,
    startedAt: null,
    finishedAt: null,
    ...rest,
  };
}

/** Returns a container; by default running and ready. */
export function container(rest: Partial<Container> = {}): Container {
  return {
    name: 'main',
    image: 'main:1',
    ready: true,
    restarts: 0,
    state: 'running',
    reason: null,
    message: null,
    exitCode: null,
    startedAt: null,
    lastTermination: null,
    ...rest,
  };
}

/** Returns a pod; by default of a Deployment, running and ready. */
export function pod(rest: Partial<Pod> & { readonly workload?: string } = {}): Pod {
  const { workload = 'frontend', ...given } = rest;
  return {
    name: `${workload}-5d59d67564-abcde`,
    namespace: 'circleci-server',
    uid: `uid-${workload}`,
    labels: { app: workload, 'pod-template-hash': '5d59d67564' },
    phase: 'Running',
    reason: null,
    message: null,
    createdAt: new Date(0),
    deletedAt: null,
    nodeName: 'node-1',
    podIp: '10.0.0.1',
    owner: { kind: 'ReplicaSet', name: `${workload}-5d59d67564` },
    containers: [container()],
    conditions: [],
    resourceVersion: '1',
    ...given,
  };
}
