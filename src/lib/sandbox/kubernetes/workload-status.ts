import { type PodObject, timestamp } from './objects.ts';
import type { WorkloadObject } from './workload-objects.ts';

type Status = Readonly<Record<string, unknown>>;

function ready(pods: readonly PodObject[]): number {
  return pods.filter((pod) =>
    pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  ).length;
}

function positive(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, count]) => count > 0));
}

/** Renders the status of a ReplicaSet, or of a StatefulSet if a revision is given. */
export function renderSetStatus(
  set: WorkloadObject,
  pods: readonly PodObject[],
  revision?: string,
): Status {
  const observedGeneration = set.metadata.generation ?? 1;
  if (revision === undefined) {
    const available = ready(pods);
    return {
      replicas: pods.length,
      ...positive({
        fullyLabeledReplicas: pods.length,
        readyReplicas: available,
        availableReplicas: available,
      }),
      observedGeneration,
    };
  }
  const updated = pods.filter(
    (pod) => pod.metadata.labels?.['controller-revision-hash'] === revision,
  ).length;
  return {
    observedGeneration,
    replicas: pods.length,
    ...positive({ readyReplicas: ready(pods), currentReplicas: updated, updatedReplicas: updated }),
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  };
}

/** Renders the status of a Deployment. */
export function renderDeploymentStatus(
  deployment: WorkloadObject,
  set: WorkloadObject,
  pods: readonly PodObject[],
  old: readonly PodObject[],
  now: number,
): Status {
  const wanted = deployment.spec.replicas;
  const readyReplicas = ready([...pods, ...old]);
  const allowed = wanted - Math.floor(wanted / 4);
  const available = readyReplicas >= allowed;
  const done = ready(pods) >= wanted && old.length === 0;
  const at = timestamp(now);
  const condition = (type: string, holds: boolean, reason: string, message: string): Status => ({
    type,
    status: holds ? 'True' : 'False',
    lastUpdateTime: at,
    lastTransitionTime: at,
    reason,
    message,
  });
  const name = set.metadata.name;
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...positive({
      replicas: pods.length + old.length,
      updatedReplicas: pods.length,
      readyReplicas,
      availableReplicas: readyReplicas,
      unavailableReplicas: Math.max(0, wanted - readyReplicas),
    }),
    conditions: [
      available
        ? condition(
            'Available',
            true,
            'MinimumReplicasAvailable',
            'Deployment has minimum availability.',
          )
        : condition(
            'Available',
            false,
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      done
        ? condition(
            'Progressing',
            true,
            'NewReplicaSetAvailable',
            `ReplicaSet "${name}" has successfully progressed.`,
          )
        : condition(
            'Progressing',
            true,
            'ReplicaSetUpdated',
            `ReplicaSet "${name}" is progressing.`,
          ),
    ],
  };
}
