import { isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Container, KubernetesEvent, Pod, WorkloadReference } from '../kubernetes/model.ts';
import type { Catalogue } from '../services/catalogue.ts';
import type { Service } from '../services/service.ts';
import { type PodRow, podRow } from './list.ts';

/** Everything that there is to know of a pod. */
export interface PodDescription {
  readonly pod: PodRow;
  /** What it is for, and what happens without it; null where it is of no known service. */
  readonly service: Pick<
    Service,
    'name' | 'role' | 'impact' | 'severity' | 'externalisable'
  > | null;
  /** What keeps it running; null where nothing does, or we may not ask. */
  readonly workload: WorkloadReference | null;
  readonly labels: Pod['labels'];
  readonly conditions: Pod['conditions'];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  /** Those that were added for debugging. */
  readonly ephemeralContainers: readonly Container[];
  /** Oldest first; null if we may not list them. */
  readonly events: readonly KubernetesEvent[] | null;
}

/**
 * Reads a pod, its events and its owner.
 *
 * @throws AdminError as the KubernetesClient says
 */
export async function describePod(
  client: Pick<KubernetesClient, 'podEvents' | 'workloadOf'>,
  pod: Pod,
  catalogue: Catalogue,
  options: { readonly signal: AbortSignal; readonly now: Date },
): Promise<PodDescription> {
  const { signal, now } = options;
  const [events, workload] = await Promise.all([
    orForbidden(client.podEvents(pod.name, signal)),
    orForbidden(client.workloadOf(pod, signal)),
  ]);
  const service = catalogue.serviceOf(pod);
  return {
    pod: podRow(pod, catalogue, now),
    service: service && {
      name: service.name,
      role: service.role,
      impact: service.impact,
      severity: service.severity,
      externalisable: service.externalisable,
    },
    workload,
    labels: pod.labels,
    conditions: pod.conditions,
    initContainers: pod.initContainers ?? [],
    containers: pod.containers,
    ephemeralContainers: pod.ephemeralContainers ?? [],
    events,
  };
}

async function orForbidden<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isAdminError(error) && error.code === 'KUBERNETES_FORBIDDEN') return null;
    throw error;
  }
}
