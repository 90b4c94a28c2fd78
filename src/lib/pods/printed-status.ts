import type { Container, Pod } from '../kubernetes/model.ts';

/** READY, STATUS and RESTARTS of a pod. */
export interface PrintedStatus {
  /** Containers that are ready, and all of them: READY. */
  readonly ready: number;
  readonly containers: number;
  readonly status: string;
  /** The containers whose restarts count. */
  readonly counted: readonly Container[];
}

/**
 * What `kubectl get pods` prints of a pod (Kubernetes' printers/internalversion, printPod). Sidecars
 * count, as they do since 1.29; older servers have none.
 */
export function printedStatus(pod: Pod): PrintedStatus {
  const { initContainers = [], containers, conditions } = pod;
  const sidecars = initContainers.filter(isSidecar);
  const pending = pendingStep(initContainers);
  const begun = pending === null ? initContainers : initContainers.slice(0, pending.at + 1);
  const past = pending === null ? begun : begun.slice(0, -1);
  const holds = (wanted: string): boolean =>
    conditions.some(({ type, status }) => type === wanted && status === 'True');
  const initialised = pending === null || holds('Initialized');
  const gated = conditions.find(({ reason }) => reason === 'SchedulingGated');
  const before = pending?.status ?? gated?.reason ?? pod.reason ?? pod.phase;
  const ready = [
    ...past.filter((one) => isSidecar(one) && one.state !== 'terminated'),
    ...(initialised ? containers.filter(({ state }) => state === 'running') : []),
  ].filter((one) => one.ready);
  return {
    ready: ready.length,
    containers: sidecars.length + containers.length,
    status: deletedStatus(pod) ?? (initialised ? mainStatus(pod, before, holds('Ready')) : before),
    counted: initialised ? [...begun.filter(isSidecar), ...containers] : begun,
  };
}

/** An init container that goes on beside the others. */
export function isSidecar({ sidecar = false }: Pick<Container, 'sidecar'>): boolean {
  return sidecar;
}

function deletedStatus({ deletedAt, reason }: Pod): string | null {
  if (deletedAt === null) return null;
  return reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

/** The first init container that holds the others up, and `Init:1/2` and the like. */
function pendingStep(
  initContainers: readonly Container[],
): { readonly at: number; readonly status: string } | null {
  // Nothing is said of them before a node has taken the pod.
  if (initContainers.every(({ state }) => state === 'unknown')) return null;
  const at = initContainers.findIndex((one) => {
    if (one.state === 'terminated' && one.exitCode === 0) return false;
    return !(isSidecar(one) && one.started);
  });
  const container = initContainers[at];
  if (!container) return null;
  const { state, reason } = container;
  if (state === 'terminated') return { at, status: `Init:${endStatus(container)}` };
  if (state === 'waiting' && reason && reason !== 'PodInitializing') {
    return { at, status: `Init:${reason}` };
  }
  return { at, status: `Init:${at}/${initContainers.length}` };
}

/** The kubelet sorts the statuses by name, and the first of those that do not run has the say. */
function mainStatus({ containers }: Pod, before: string, ready: boolean): string {
  let status = before;
  let running = false;
  for (const container of [...containers].sort((a, b) => (a.name < b.name ? 1 : -1))) {
    if (container.state === 'waiting' && container.reason) status = container.reason;
    else if (container.state === 'terminated') status = endStatus(container);
    else if (container.ready) running = true;
  }
  if (status !== 'Completed' || !running) return status;
  return ready ? 'Running' : 'NotReady';
}

function endStatus({ reason, exitCode, termination }: Container): string {
  if (reason) return reason;
  const signal = termination?.signal;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? ''}`;
}
