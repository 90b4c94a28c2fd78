import type { Cluster } from './cluster.ts';
import type { Collection } from './collection.ts';
import type { Kubelet } from './kubelet.ts';
import type { OwnerReference, PodObject } from './objects.ts';
import {
  nameSuffix,
  ownedBy,
  podSpecOf,
  type TemplateObject,
  type WorkloadObject,
} from './workload-objects.ts';

/** The name, labels and host name of a pod to create. */
export interface WantedPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The fixed host name; undefined for pods without one. */
  readonly host?: string;
}

/** The common parts of the controllers: the pods that workloads own, and workload statuses. */
export class OwnedPods {
  readonly cluster: Cluster;
  readonly #kubelet: Kubelet;
  /**
   * The creation time of new pods while founding, in milliseconds since the epoch; null for now.
   */
  #foundingAt: number | null = null;

  constructor(cluster: Cluster, kubelet: Kubelet) {
    this.cluster = cluster;
    this.#kubelet = kubelet;
  }

  /** Whether pods are created as if they had existed for a while. */
  get founding(): boolean {
    return this.#foundingAt !== null;
  }

  /** The creation time of new objects, in milliseconds since the epoch. */
  get now(): number {
    return this.#foundingAt ?? this.cluster.clock.nowMs();
  }

  /** Creates the objects of `build` as if they had existed since a time. */
  found(at: number, build: () => void): void {
    this.#foundingAt = at;
    try {
      build();
    } finally {
      this.#foundingAt = null;
    }
  }

  /** Returns a random suffix for the name of a pod. */
  suffix(): string {
    return nameSuffix(5, () => this.cluster.random.integer(0, 1_000));
  }

  /** Creates and starts a pod of a ReplicaSet or StatefulSet. */
  create(kind: 'ReplicaSet' | 'StatefulSet', set: WorkloadObject, wanted: WantedPod): void {
    const stateful = kind === 'StatefulSet';
    const { name } = wanted;
    const workload = stateful
      ? set.metadata.name
      : (set.metadata.ownerReferences?.[0]?.name ?? set.metadata.name);
    this.#startPod(this.#createPod(set, wanted, ownedBy('apps/v1', kind, set.metadata)), workload);
    if (this.founding) return;
    const type = this.cluster.collection('apps', `${kind.toLowerCase()}s`)?.type;
    if (!type) return;
    this.cluster.note(type, set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: stateful
        ? `create Pod ${name} in StatefulSet ${workload} successful`
        : `Created pod: ${name}`,
      from: `${kind.toLowerCase()}-controller`,
    });
  }

  /** Creates the pod of a Job. */
  createForJob(job: WorkloadObject): void {
    const { name } = job.metadata;
    const { labels } = job.spec.template.metadata;
    const wanted = { name: `${name}-${this.suffix()}`, labels };
    this.#startPod(this.#createPod(job, wanted, ownedBy('batch/v1', 'Job', job.metadata)), name);
  }

  /** Returns the pods owned by an object, including those being deleted. */
  of(owner: WorkloadObject): PodObject[] {
    return this.cluster.pods.ownedBy(owner);
  }

  /** Returns the pods of a set that are neither being deleted nor failed. */
  living(set: WorkloadObject): PodObject[] {
    return this.of(set).filter(
      ({ metadata, status }) => !metadata.deletionTimestamp && status.phase !== 'Failed',
    );
  }

  /** Deletes a pod: with its grace period, or immediately if it has failed. */
  remove(pod: PodObject): void {
    const failed = pod.status.phase === 'Failed';
    this.#kubelet.terminate(pod, failed ? 0 : pod.spec.terminationGracePeriodSeconds);
  }

  /** Writes a workload's status, unless it is unchanged. */
  writeStatus(
    collection: Collection<WorkloadObject>,
    object: WorkloadObject,
    status: Readonly<Record<string, unknown>>,
  ): void {
    const stored = collection.find(object.metadata.namespace, object.metadata.name);
    if (!stored || sameStatus(stored.status, status)) return;
    collection.update({ ...stored, status });
  }

  #createPod(set: WorkloadObject, wanted: WantedPod, owner: OwnerReference): PodObject {
    const template: TemplateObject = set.spec.template;
    const { annotations } = template.metadata;
    const spec = podSpecOf(template, this.suffix(), wanted.host);
    const requests = JSON.stringify(spec.containers).includes('"requests"');
    return this.cluster.pods.create({
      metadata: this.cluster.meta(wanted.name, {
        generateName: `${set.metadata.name}-`,
        namespace: set.metadata.namespace ?? this.cluster.namespace,
        labels: wanted.labels,
        ...(annotations ? { annotations } : {}),
        ownerReferences: [owner],
        at: this.now,
      }),
      spec,
      status: { phase: 'Pending', qosClass: requests ? 'Burstable' : 'BestEffort' },
    });
  }

  #startPod(pod: PodObject, workload: string): void {
    if (this.#foundingAt === null) this.#kubelet.admit(pod, workload);
    else this.#kubelet.adopt(pod, workload, this.#foundingAt);
  }
}

/** Returns whether a pod's Ready condition is true. */
export function isReady(pod: PodObject): boolean {
  return (
    pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  );
}

/** Returns the collection of Deployments, ReplicaSets or StatefulSets. */
export function workloads(cluster: Cluster, name: string): Collection<WorkloadObject> {
  return cluster.collection('apps', name) as unknown as Collection<WorkloadObject>;
}

/** Returns whether two statuses are equal, ignoring their times. */
function sameStatus(a: unknown, b: unknown): boolean {
  const plain = (value: unknown): string =>
    JSON.stringify(value, (field, inner) => (field.startsWith('last') ? undefined : inner));
  return plain(a) === plain(b);
}
