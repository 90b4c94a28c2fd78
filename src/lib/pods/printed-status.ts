import type { Container, Pod } from '../kubernetes/model.ts';

/** The values of kubectl's READY, STATUS and RESTARTS columns. */
export interface PrintedStatus {
  /** The number of ready containers; with `containers`, the READY column. */
  readonly ready: number;
  readonly containers: number;
  readonly status: string;
  /** The containers whose restarts are counted. */
  readonly counted: readonly Container[];
}

/**
 * Returns what `kubectl get pods` prints for a pod (Kubernetes' printers/internalversion,
 * printPod). Sidecars are counted as since Kubernetes 1.29; older servers have no sidecars.
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

/** Whether a container is an init container that keeps running beside the others. */
export function isSidecar({ sidecar = false }: Pick<Container, 'sidecar'>): boolean {
  return sidecar;
}

function deletedStatus({ deletedAt, reason }: Pod): string | null {
  if (deletedAt === null) return null;
  return reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

/**
 * Returns the first init container that is not complete, with a status such as `Init:1/2`; null if
 * there is none.
 */
function pendingStep(
  initContainers: readonly Container[],
): { readonly at: number; readonly status: string } | null {
  // Init containers have no status before the pod is scheduled.
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

/**
 * Of the containers that are not running, the first by name determines the status, because the
 * kubelet sorts container statuses by name.
 */
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
