import type { Container, Pod } from '../kubernetes/model.ts';

/** How a pod does. Running alone is not ready: the guide wants READY to be n of n. */
export type PodHealth =
  /** All containers are ready. */
  | 'ready'
  /** Of a Job, and it ended well. */
  | 'completed'
  /** On its way: scheduled, pulling, or its containers are not ready for the first time yet. */
  | 'starting'
  /** Being deleted. */
  | 'terminating'
  /** What an eviction left behind: nothing runs there, and its owner makes another. */
  | 'left-behind'
  | 'not-ready';

/** What is said of a pod. */
export interface PodJudgement {
  readonly health: PodHealth;
  /** Containers that are ready, and all of them: READY. */
  readonly ready: number;
  readonly containers: number;
  /** STATUS as kubectl prints it (Kubernetes' printers/internalversion, printPod). */
  readonly status: string;
  /** Why it is not ready, in words; null where nothing is wrong or nothing is said. */
  readonly why: string | null;
  readonly restarts: number;
  /** How a container ended last: `OOMKilled`, `exit code 3`; null where none was restarted. */
  readonly restartReason: string | null;
  readonly lastRestartAt: Date | null;
}

/** Waits that pass by themselves while a pod starts. */
const PASSING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'Pending']);

/** Judges a pod by what its status says. */
export function judgePod(pod: Pod): PodJudgement {
  const { containers } = pod;
  const ready = containers.filter((one) => one.ready && one.state === 'running').length;
  const all = [...(pod.initContainers ?? []), ...containers];
  const last = lastEnd(all);
  const status = statusOf(pod);
  const health = healthOf(pod, status);
  return {
    health,
    ready,
    containers: containers.length,
    status,
    why: health === 'ready' || health === 'completed' ? null : whyOf(pod),
    restarts: countedContainers(pod).reduce((sum, one) => sum + one.restarts, 0),
    restartReason: last && reasonOfEnd(last),
    lastRestartAt: last?.finishedAt ?? null,
  };
}

/** Whether a pod is as it should be, or about to be no more. */
export function isWell({ health }: Pick<PodJudgement, 'health'>): boolean {
  return health === 'ready' || health === 'completed' || health === 'left-behind';
}

function healthOf(pod: Pod, status: string): PodHealth {
  if (pod.deletedAt !== null) return 'terminating';
  if (pod.phase === 'Succeeded') return 'completed';
  if (pod.phase === 'Failed') {
    // A ReplicaSet counts no failed pod, whatever the reason (a node that is shut down, for one).
    const replaced = pod.reason === 'Evicted' && pod.owner?.kind !== 'StatefulSet';
    return replaced || pod.owner?.kind === 'ReplicaSet' ? 'left-behind' : 'not-ready';
  }
  if (pod.phase === 'Running' && isReady(pod)) return 'ready';
  if (pod.phase === 'Pending' && PASSING.has(status) && !isUnschedulable(pod)) return 'starting';
  if (status.startsWith('Init:') && /^Init:\d+\/\d+$/.test(status)) return 'starting';
  return 'not-ready';
}

/** The condition counts, for readiness gates are part of it; the containers where it is missing. */
function isReady({ conditions, containers }: Pod): boolean {
  const condition = conditions.find(({ type }) => type === 'Ready');
  return condition
    ? condition.status === 'True'
    : containers.length > 0 && containers.every((one) => one.ready);
}

function isUnschedulable({ conditions }: Pod): boolean {
  return conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'False');
}

/** Those whose restarts kubectl counts: until a pod is initialised, the ones that go before. */
function countedContainers(pod: Pod): readonly Container[] {
  const { initContainers = [], containers, conditions } = pod;
  const initialised = conditions.some(
    ({ type, status }) => type === 'Initialized' && status === 'True',
  );
  return initStatus(pod) === null || initialised ? containers : initContainers;
}

function statusOf(pod: Pod): string {
  if (pod.deletedAt !== null) return pod.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const initialising = initStatus(pod);
  if (initialising !== null) return initialising;
  const gated = pod.conditions.find(({ reason }) => reason === 'SchedulingGated');
  let status: string = gated?.reason ?? pod.reason ?? pod.phase;
  let running = false;
  for (const container of [...pod.containers].reverse()) {
    if (container.state === 'waiting' && container.reason) status = container.reason;
    else if (container.state === 'terminated') {
      status = container.reason ?? `ExitCode:${container.exitCode ?? ''}`;
    } else if (container.ready) running = true;
  }
  if (status !== 'Completed' || !running) return status;
  return isReady(pod) ? 'Running' : 'NotReady';
}

/** `Init:1/2` and the like while a container that goes before the others has not ended well. */
function initStatus({ initContainers = [] }: Pod): string | null {
  // Nothing is said of them before a node has taken the pod.
  if (initContainers.every(({ state }) => state === 'unknown')) return null;
  for (const [at, container] of initContainers.entries()) {
    const { state, reason, exitCode } = container;
    if (state === 'terminated' && exitCode === 0) continue;
    // A sidecar: it goes before the others, and goes on.
    if (state === 'running' && container.ready) continue;
    if (state === 'terminated') return `Init:${reason ?? `ExitCode:${exitCode ?? ''}`}`;
    if (state === 'waiting' && reason && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${at}/${initContainers.length}`;
  }
  return null;
}

function whyOf(pod: Pod): string | null {
  if (pod.deletedAt !== null) {
    return pod.reason === null ? 'it is being deleted' : sentence(pod.reason, pod.message);
  }
  const scheduled = pod.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return `no node takes it: ${scheduled.message ?? scheduled.reason ?? 'nothing is said'}`;
  }
  if (pod.reason !== null) return sentence(pod.reason, pod.message);
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const bad = containers.find(isBroken) ?? pod.containers.find((one) => !one.ready);
  if (bad) return whyContainer(bad);
  const gate = pod.conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (!gate) return null;
  // The node's controller says no more than that when it hears nothing from a node.
  return gate.reason === null
    ? 'its containers were ready, and Kubernetes does not take it for ready: its node may be lost'
    : sentence(gate.reason, gate.message);
}

function isBroken({ state, reason, exitCode }: Container): boolean {
  if (state === 'waiting') return reason !== null && !PASSING.has(reason);
  return state === 'terminated' && exitCode !== 0;
}

function whyContainer(container: Container): string {
  const { name, state, reason, message, image } = container;
  if (state === 'running') return `container ${name} runs, but its readiness check fails`;
  if (state === 'terminated') return `container ${name} has ended: ${reasonOfEnd(container)}`;
  switch (reason) {
    case 'CrashLoopBackOff': {
      const last = container.lastTermination;
      const how = last === null ? '' : `, the last time with ${reasonOfEnd(last)}`;
      return `container ${name} ends after every start${how}`;
    }
    case 'ImagePullBackOff':
    case 'ErrImagePull':
    case 'InvalidImageName':
      return `the image ${image ?? ''} of container ${name} cannot be pulled${tail(message)}`;
    case 'ErrImageNeverPull':
      return `the image ${image ?? ''} of container ${name} is not on the node, and may not be pulled`;
    case null:
      return `container ${name} has not been started yet`;
    default:
      return `container ${name} waits: ${sentence(reason, message)}`;
  }
}

function sentence(reason: string, message: string | null): string {
  return `${reason}${tail(message)}`;
}

function tail(message: string | null): string {
  return message === null || message === '' ? '' : `: ${message.trim()}`;
}

interface Ended {
  readonly reason: string | null;
  readonly exitCode: number | null;
}

function reasonOfEnd({ reason, exitCode }: Ended): string {
  if (reason !== null && reason !== 'Error') return reason;
  return exitCode === null ? (reason ?? 'no reason given') : `exit code ${exitCode}`;
}

function lastEnd(containers: readonly Container[]): Container['lastTermination'] {
  const ends = containers.flatMap(({ restarts, lastTermination }) =>
    restarts > 0 && lastTermination ? [lastTermination] : [],
  );
  const at = (end: (typeof ends)[number]): number => end.finishedAt?.getTime() ?? 0;
  return ends.sort((a, b) => at(b) - at(a))[0] ?? null;
}
