import type { Container, Pod, Termination } from '../kubernetes/model.ts';
import { isSidecar, printedStatus } from './printed-status.ts';

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
  /** STATUS as kubectl prints it. */
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
  const { ready, containers, status, counted } = printedStatus(pod);
  const last = lastEnd(counted);
  const health = healthOf(pod, status);
  return {
    health,
    ready,
    containers,
    status,
    why: health === 'ready' || health === 'completed' ? null : whyOf(pod),
    restarts: counted.reduce((sum, one) => sum + one.restarts, 0),
    restartReason: last && reasonOfEnd(last),
    lastRestartAt: last?.finishedAt ?? null,
  };
}

/** Whether a pod is as it should be, or about to be no more. */
export function isWell({ health }: Pick<PodJudgement, 'health'>): boolean {
  return health === 'ready' || health === 'completed' || health === 'left-behind';
}

function healthOf(pod: Pod, status: string): PodHealth {
  if (isLost(pod)) return 'not-ready';
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
function isReady(pod: Pod): boolean {
  const condition = pod.conditions.find(({ type }) => type === 'Ready');
  return condition
    ? condition.status === 'True'
    : pod.containers.length > 0 && lasting(pod).every((one) => one.ready);
}

/** Those that have to be ready: init containers that end are not among them. */
function lasting({ initContainers = [], containers }: Pod): readonly Container[] {
  return [...initContainers.filter(isSidecar), ...containers];
}

/** Whether its node does not run it any more, so that nothing about it changes. */
function isLost(pod: Pod): boolean {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return false;
  return pod.lostNode !== undefined || (pod.deletedAt !== null && isGivenUp(pod));
}

/** The node's controller hears nothing from the node: only it sets one of the two conditions. */
function isGivenUp({ conditions }: Pod): boolean {
  const holds = (wanted: string, value: string): boolean =>
    conditions.some(({ type, status }) => type === wanted && status === value);
  return holds('ContainersReady', 'True') && holds('Ready', 'False') && !hasGates(conditions);
}

function hasGates(conditions: Pod['conditions']): boolean {
  return conditions.some(({ reason }) => reason === 'ReadinessGatesNotReady');
}

function isUnschedulable({ conditions }: Pod): boolean {
  return conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'False');
}

function whyOf(pod: Pod): string | null {
  if (isLost(pod)) return whyLost(pod);
  if (pod.deletedAt !== null) {
    return pod.reason === null ? 'it is being deleted' : sentence(pod.reason, pod.message);
  }
  const scheduled = pod.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return `cannot be scheduled: ${scheduled.message ?? scheduled.reason ?? 'no reason given'}`;
  }
  if (pod.reason !== null) return sentence(pod.reason, pod.message);
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const bad = containers.find(isBroken) ?? lasting(pod).find((one) => !one.ready);
  if (bad) return whyContainer(bad);
  const gate = pod.conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (!gate) return null;
  // The node's controller says no more than that when it hears nothing from a node.
  return gate.reason === null
    ? 'its containers were ready, but the pod is not: its node may be lost'
    : sentence(gate.reason, gate.message);
}

/** A StatefulSet waits for the end of a pod that nobody can end any more. */
function whyLost({ lostNode, nodeName, deletedAt, owner }: Pod): string {
  const node = lostNode
    ? `its node ${lostNode.name} is lost (${lostNode.why.replace(/\.$/, '')})`
    : `its node ${nodeName ?? ''} may be lost: it does not end the pod`;
  if (deletedAt === null || owner?.kind !== 'StatefulSet') return node;
  return `${node}; no other pod takes its place until the node is back or deleted`;
}

function isBroken({ state, reason, exitCode }: Container): boolean {
  if (state === 'waiting') return reason !== null && !PASSING.has(reason);
  return state === 'terminated' && exitCode !== 0;
}

function whyContainer(container: Container): string {
  const { name, state, reason, message, image, started } = container;
  if (state === 'running') {
    const lacks =
      started === false ? 'has not passed its start-up check' : 'its readiness check fails';
    return `container ${name} runs, but ${lacks}`;
  }
  if (state === 'terminated') return `container ${name} has terminated: ${reasonOfEnd(container)}`;
  switch (reason) {
    case 'CrashLoopBackOff': {
      const last = container.lastTermination;
      const how = last === null ? '' : `, the last time with ${reasonOfEnd(last)}`;
      return `container ${name} terminates after every start${how}`;
    }
    case 'ImagePullBackOff':
    case 'ErrImagePull':
    case 'InvalidImageName':
      return `the image ${image ?? ''} of container ${name} cannot be pulled${tail(message)}`;
    case 'ErrImageNeverPull':
      return `the image ${image ?? ''} of container ${name} is not on the node, and its pull policy is Never`;
    case null:
      return `container ${name} has not started yet`;
    default:
      return `container ${name} is waiting: ${sentence(reason, message)}`;
  }
}

function sentence(reason: string, message: string | null): string {
  return `${reason}${tail(message)}`;
}

function tail(message: string | null): string {
  return message === null || message === '' ? '' : `: ${message.trim()}`;
}

function reasonOfEnd({ reason, exitCode }: Pick<Termination, 'reason' | 'exitCode'>): string {
  if (reason !== null && reason !== 'Error') return reason;
  return exitCode === null ? (reason ?? 'no reason given') : `exit code ${exitCode}`;
}

function lastEnd(containers: readonly Container[]): Termination | null {
  const ends = containers.flatMap(({ restarts, lastTermination }) =>
    restarts > 0 && lastTermination ? [lastTermination] : [],
  );
  const at = (end: Termination): number => end.finishedAt?.getTime() ?? 0;
  return ends.sort((a, b) => at(b) - at(a))[0] ?? null;
}
