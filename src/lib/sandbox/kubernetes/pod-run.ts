import type { Timer } from '../clock.ts';
import type { ContainerLog } from './container-log.ts';
import type { ContainerState, PodCondition, PodObject, PodStatus } from './objects.ts';

/** The kubelet's state of a container. */
export interface ContainerRun {
  readonly name: string;
  readonly image: string;
  imageID: string;
  containerID: string | null;
  state: ContainerState;
  last: ContainerState;
  ready: boolean;
  restarts: number;
  log: ContainerLog | null;
  previousLog: ContainerLog | null;
}

/** The scheduler's and the kubelet's state of a pod, from which its `status` is rendered. */
export interface PodRun {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The workload of the pod; the pod's own name if it has none. */
  readonly workload: string;
  /** When the pod was scheduled, or why it could not be. */
  scheduled: { readonly at: string; readonly problem?: string } | null;
  nodeName: string | null;
  hostIP: string | null;
  podIP: string | null;
  startTime: string | null;
  readyChangedAt: string;
  wasReady: boolean;
  succeeded: boolean;
  evicted: string | null;
  readonly containers: ContainerRun[];
  readonly timers: Timer[];
}

/** Returns the initial state of a new pod. */
export function newPodRun(pod: PodObject, namespace: string, workload: string): PodRun {
  return {
    namespace,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    workload,
    scheduled: null,
    nodeName: null,
    hostIP: null,
    podIP: null,
    startTime: null,
    readyChangedAt: pod.metadata.creationTimestamp,
    wasReady: false,
    succeeded: false,
    evicted: null,
    timers: [],
    containers: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      containerID: null,
      state: { waiting: { reason: 'ContainerCreating' } },
      last: {},
      ready: false,
      restarts: 0,
      log: null,
      previousLog: null,
    })),
  };
}

/** Renders the `status` of a pod. */
export function renderStatus(run: PodRun, qosClass: string, now: string): PodStatus {
  if (run.evicted !== null) {
    const reason = { message: run.evicted, reason: 'Evicted' };
    const startTime = run.startTime === null ? {} : { startTime: run.startTime };
    return { phase: 'Failed', ...reason, ...startTime, qosClass };
  }
  if (run.startTime === null) {
    const conditions = run.scheduled ? [scheduledCondition(run.scheduled)] : undefined;
    return { phase: 'Pending', ...(conditions ? { conditions } : {}), qosClass };
  }
  const ready = run.containers.every((container) => container.ready) && !run.succeeded;
  if (ready !== run.wasReady) {
    run.wasReady = ready;
    run.readyChangedAt = now;
  }
  return {
    phase: phase(run),
    conditions: conditions(run, ready),
    ...(run.hostIP === null ? {} : { hostIP: run.hostIP }),
    ...(run.podIP === null ? {} : { podIP: run.podIP, podIPs: [{ ip: run.podIP }] }),
    startTime: run.startTime,
    containerStatuses: run.containers.map((container) => ({
      name: container.name,
      state: container.state,
      lastState: container.last,
      ready: container.ready,
      restartCount: container.restarts,
      image: container.image,
      imageID: container.imageID,
      ...(container.containerID === null ? {} : { containerID: container.containerID }),
      started: container.state.running !== undefined,
    })),
    qosClass,
  };
}

function phase(run: PodRun): string {
  if (run.succeeded) return 'Succeeded';
  const begun = run.containers.some(
    ({ state, last }) => state.running || state.terminated || last.terminated,
  );
  return begun ? 'Running' : 'Pending';
}

function scheduledCondition({ at, problem }: NonNullable<PodRun['scheduled']>): PodCondition {
  const base = { type: 'PodScheduled', lastProbeTime: null, lastTransitionTime: at } as const;
  if (problem === undefined) return { ...base, status: 'True' };
  return { ...base, status: 'False', reason: 'Unschedulable', message: problem };
}

function conditions(run: PodRun, ready: boolean): PodCondition[] {
  const started = run.startTime ?? run.readyChangedAt;
  const unready = run.containers.filter((container) => !container.ready).map(({ name }) => name);
  const why = run.succeeded
    ? { reason: 'PodCompleted' }
    : {
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      };
  const readiness = {
    status: ready ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: run.readyChangedAt,
    ...(ready ? {} : why),
  } as const;
  return [
    {
      type: 'Initialized',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: started,
      ...(run.succeeded ? { reason: 'PodCompleted' } : {}),
    },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    scheduledCondition(run.scheduled ?? { at: started }),
  ];
}
