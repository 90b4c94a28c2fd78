import type { Cluster } from './cluster.ts';
import type { Collection } from './collection.ts';
import { DeploymentController } from './deployment-controller.ts';
import type { Kubelet } from './kubelet.ts';
import type { ObjectMeta, OwnerReference } from './objects.ts';
import { OwnedPods, workloads } from './owned-pods.ts';
import { StatefulSetController } from './statefulset-controller.ts';
import type { WorkloadObject } from './workload-objects.ts';

/**
 * The Deployment, ReplicaSet and StatefulSet controllers. They keep the requested number of pods
 * with the requested template, and write the status of the workloads.
 */
export class Controllers {
  readonly deployments: Collection<WorkloadObject>;
  readonly replicaSets: Collection<WorkloadObject>;
  readonly statefulSets: Collection<WorkloadObject>;
  readonly #pods: OwnedPods;
  readonly #deployment: DeploymentController;
  readonly #statefulSet: StatefulSetController;
  readonly #pending = new Set<string>();
  #running = false;

  constructor(cluster: Cluster, kubelet: Kubelet) {
    this.#pods = new OwnedPods(cluster, kubelet);
    this.#deployment = new DeploymentController(this.#pods);
    this.#statefulSet = new StatefulSetController(this.#pods);
    this.deployments = workloads(cluster, 'deployments');
    this.replicaSets = workloads(cluster, 'replicasets');
    this.statefulSets = workloads(cluster, 'statefulsets');
    this.deployments.subscribe(({ type, object }) => {
      if (type === 'DELETED') this.#deleteOwned(object);
      else this.#mark(`Deployment/${key(object.metadata)}`);
    });
    this.statefulSets.subscribe(({ type, object }) => {
      if (type === 'DELETED') this.#deleteOwned(object);
      else this.#mark(`StatefulSet/${key(object.metadata)}`);
    });
    this.replicaSets.subscribe(({ type, object }) => {
      if (type === 'DELETED') this.#deleteOwned(object);
    });
    cluster.pods.subscribe(({ object }) => {
      const owner = object.metadata.ownerReferences?.[0];
      if (owner) this.#markOwner(object.metadata.namespace ?? cluster.namespace, owner);
    });
  }

  /** Creates the objects of `build` as if they had existed since a time. */
  found(at: number, build: () => void): void {
    this.#pods.found(at, () => {
      build();
      this.#drain();
    });
  }

  /** Creates the pod of a Job. */
  createJobPod(job: WorkloadObject): void {
    this.#pods.createForJob(job);
  }

  #markOwner(namespace: string, owner: OwnerReference): void {
    if (owner.kind === 'StatefulSet') this.#mark(`StatefulSet/${namespace}/${owner.name}`);
    if (owner.kind !== 'ReplicaSet') return;
    const set = this.replicaSets.find(namespace, owner.name);
    const above = set?.metadata.ownerReferences?.[0];
    if (above) this.#mark(`Deployment/${namespace}/${above.name}`);
  }

  #mark(workload: string): void {
    this.#pending.add(workload);
    this.#drain();
  }

  /** Reconciles until no workload is marked. Workloads marked meanwhile are queued, not nested. */
  #drain(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (const workload of this.#pending) {
        this.#pending.delete(workload);
        const [kind = '', namespace = '', name = ''] = workload.split('/');
        const found = (kind === 'Deployment' ? this.deployments : this.statefulSets).find(
          namespace,
          name,
        );
        if (!found) continue;
        if (kind === 'Deployment') this.#deployment.reconcile(found);
        else this.#statefulSet.reconcile(found);
      }
    } finally {
      this.#running = false;
    }
  }

  #deleteOwned(owner: WorkloadObject): void {
    for (const set of this.replicaSets.ownedBy(owner)) this.replicaSets.remove(set);
    for (const pod of this.#pods.of(owner)) {
      if (!pod.metadata.deletionTimestamp) this.#pods.remove(pod);
    }
  }
}

function key(metadata: ObjectMeta): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
