import type { KubernetesClient } from '../kubernetes/client.ts';
import { nullIfForbidden } from '../kubernetes/forbidden.ts';
import type { Container, KubernetesEvent, Pod, WorkloadReference } from '../kubernetes/model.ts';
import type { Catalogue } from '../services/catalogue.ts';
import type { Service } from '../services/service.ts';
import { type PodRow, podRow } from './list.ts';

/** The details of a pod. */
export interface PodDescription {
  readonly pod: PodRow;
  /** The pod's service: its role, and the impact of its failure; null for an unknown service. */
  readonly service: Pick<
    Service,
    'name' | 'role' | 'impact' | 'severity' | 'externalisable'
  > | null;
  /** The workload that owns the pod; null if there is none or reading it is forbidden. */
  readonly workload: WorkloadReference | null;
  readonly labels: Pod['labels'];
  readonly conditions: Pod['conditions'];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  /** Debug containers. */
  readonly ephemeralContainers: readonly Container[];
  /** Ordered by last occurrence; null without permission to list them. */
  readonly events: readonly KubernetesEvent[] | null;
}

/**
 * Reads a pod's events and workload, and returns its description.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function describePod(
  client: Pick<KubernetesClient, 'podEvents' | 'workloadOf'>,
  pod: Pod,
  catalogue: Catalogue,
  options: { readonly signal: AbortSignal; readonly now: Date },
): Promise<PodDescription> {
  const { signal, now } = options;
  const [events, workload] = await Promise.all([
    nullIfForbidden(() => client.podEvents(pod, signal)),
    nullIfForbidden(() => client.workloadOf(pod, signal)),
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
