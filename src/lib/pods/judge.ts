import type { Container, Pod, Termination } from '../kubernetes/model.ts';
import { isSidecar, printedStatus } from './printed-status.ts';

/**
 * The health of a pod. A running pod is not necessarily ready: the operations guide requires READY
 * to be n of n.
 */
export type PodHealth =
  /** All containers are ready. */
  | 'ready'
  /** The pod of a Job, or another one, that succeeded. */
  | 'completed'
  /** Scheduled, pulling images, or running its init containers. */
  | 'starting'
  /** Being deleted. */
  | 'terminating'
  /** Failed or evicted, and replaced by another pod of its owner. */
  | 'left-behind'
  | 'not-ready';

/** The status of a pod, with its health and the reason for it. */
export interface PodJudgement {
  readonly health: PodHealth;
  /** The number of ready containers; with `containers`, kubectl's READY column. */
  readonly ready: number;
  readonly containers: number;
  /** The STATUS column of kubectl. */
  readonly status: string;
  /** Why the pod is not ready, for people; null if nothing is wrong or no reason is known. */
  readonly why: string | null;
  /** The pod's node if it is, or may be, lost and no longer runs the pod; otherwise null. */
  readonly lostNode: string | null;
  /** Whether no other pod takes this pod's place until its lost node is back or deleted. */
  readonly blocksReplacement: boolean;
  readonly restarts: number;
  /**
   * How a container ended most recently: `OOMKilled`, `exit code 3`; null if none was restarted.
   */
  readonly restartReason: string | null;
  readonly lastRestartAt: Date | null;
}

/** Reasons for waiting that are normal while a pod starts. */
const PASSING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'Pending']);

/** Determines the health of a pod from its status. */
export function judgePod(pod: Pod): PodJudgement {
  const { ready, containers, status, counted } = printedStatus(pod);
  const last = lastEnd(counted);
  const health = healthOf(pod, status);
  return {
    health,
    ready,
    containers,
    status,
    why: health === 'ready' || health === 'completed' ? null : reasonOf(pod),
    lostNode: isLost(pod) ? (pod.lostNode?.name ?? pod.nodeName) : null,
    blocksReplacement: blocksReplacement(pod),
    restarts: counted.reduce((sum, one) => sum + one.restarts, 0),
    restartReason: last && reasonOfEnd(last),
    lastRestartAt: last?.finishedAt ?? null,
  };
}

/** Whether a pod needs no attention: ready, completed, or left behind. */
export function needsNoAttention({ health }: Pick<PodJudgement, 'health'>): boolean {
  return health === 'ready' || health === 'completed' || health === 'left-behind';
}

function healthOf(pod: Pod, status: string): PodHealth {
  if (isLost(pod)) return 'not-ready';
  if (pod.deletedAt !== null) return 'terminating';
  if (pod.phase === 'Succeeded') return 'completed';
  if (pod.phase === 'Failed') {
    // A ReplicaSet replaces failed pods, whatever the reason (for example, the shutdown of a node).
    const kind = pod.owner?.kind ?? null;
    const replaced = pod.reason === 'Evicted' && kind !== null && kind !== 'StatefulSet';
    return replaced || kind === 'ReplicaSet' ? 'left-behind' : 'not-ready';
  }
  if (pod.phase === 'Running' && isReady(pod)) return 'ready';
  if (pod.phase === 'Pending' && PASSING.has(status) && !isUnschedulable(pod)) return 'starting';
  if (status.startsWith('Init:') && /^Init:\d+\/\d+$/.test(status)) return 'starting';
  return 'not-ready';
}

/**
 * The Ready condition decides, because it includes readiness gates; without it, the containers do.
 */
function isReady(pod: Pod): boolean {
  const condition = pod.conditions.find(({ type }) => type === 'Ready');
  return condition
    ? condition.status === 'True'
    : pod.containers.length > 0 && longRunningContainers(pod).every((one) => one.ready);
}

/** Returns the containers that must be ready: all but the init containers that are not sidecars. */
function longRunningContainers({ initContainers = [], containers }: Pod): readonly Container[] {
  return [...initContainers.filter(isSidecar), ...containers];
}

/** Whether the pod's node no longer runs it, so that its status does not change any more. */
export function isLost(pod: Pod): boolean {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return false;
  return pod.lostNode !== undefined || (pod.deletedAt !== null && isGivenUp(pod));
}

/** The pods of a StatefulSet have fixed names, and only its node can end a pod that was deleted. */
function blocksReplacement(pod: Pod): boolean {
  return isLost(pod) && pod.deletedAt !== null && pod.owner?.kind === 'StatefulSet';
}

/**
 * Whether the node lifecycle controller has set Ready to False because it has no contact with the
 * node: only that controller changes Ready but not ContainersReady.
 */
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

function reasonOf(pod: Pod): string | null {
  if (isLost(pod)) return lostReason(pod);
  if (pod.deletedAt !== null) {
    return pod.reason === null ? 'it is being deleted' : sentence(pod.reason, pod.message);
  }
  const scheduled = pod.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return `cannot be scheduled: ${scheduled.message ?? scheduled.reason ?? 'no reason given'}`;
  }
  if (pod.reason !== null) return sentence(pod.reason, pod.message);
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const bad = containers.find(isBroken) ?? longRunningContainers(pod).find((one) => !one.ready);
  if (bad) return containerReason(bad);
  const gate = pod.conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (!gate) return null;
  // The node lifecycle controller gives no reason if it has no contact with the node.
  return gate.reason === null
    ? 'its containers were ready, but the pod is not: its node may be lost'
    : sentence(gate.reason, gate.message);
}

function lostReason(pod: Pod): string {
  const { lostNode, nodeName } = pod;
  const node = lostNode
    ? `its node ${lostNode.name} is lost (${lostNode.why.replace(/\.$/, '')})`
    : `its node ${nodeName ?? ''} may be lost: it does not end the pod`;
  if (!blocksReplacement(pod)) return node;
  return `${node}; no other pod takes its place until the node is back or deleted`;
}

function isBroken({ state, reason, exitCode }: Container): boolean {
  if (state === 'waiting') return reason !== null && !PASSING.has(reason);
  return state === 'terminated' && exitCode !== 0;
}

function containerReason(container: Container): string {
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
      const how =
        last === null ? '' : `, the last time with ${reasonOfEnd(last)}${notStarted(last)}`;
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

/** Returns why the runtime could not start a container at all: such a run leaves no log. */
function notStarted({ reason, message }: Termination): string {
  return reason === 'StartError' || reason === 'ContainerCannotRun' ? tail(message) : '';
}

function lastEnd(containers: readonly Container[]): Termination | null {
  const ends = containers.flatMap(({ restarts, lastTermination }) =>
    restarts > 0 && lastTermination ? [lastTermination] : [],
  );
  const at = (end: Termination): number => end.finishedAt?.getTime() ?? 0;
  return ends.sort((a, b) => at(b) - at(a))[0] ?? null;
}
