import type { Cluster } from './cluster.ts';
import type { Collection } from './collection.ts';
import type { Kubelet } from './kubelet.ts';
import { type ObjectMeta, type OwnerReference, type PodObject, timestamp } from './objects.ts';
import {
  isOwnedBy,
  nameSuffix,
  ownedBy,
  podSpecOf,
  type TemplateObject,
  templateHash,
  type WorkloadObject,
} from './workload-objects.ts';
import { renderDeploymentStatus, renderSetStatus } from './workload-status.ts';

/**
 * The Deployment, ReplicaSet and StatefulSet controllers: they keep as many pods as is asked for, of
 * the template that is asked for, and write the status of the workloads.
 */
export class Controllers {
  readonly #cluster: Cluster;
  readonly #kubelet: Kubelet;
  readonly deployments: Collection<WorkloadObject>;
  readonly replicaSets: Collection<WorkloadObject>;
  readonly statefulSets: Collection<WorkloadObject>;
  readonly #pending = new Set<string>();
  #running = false;
  /** How old the pods that are made now are said to be; null is "new". */
  #foundingAt: number | null = null;

  constructor(cluster: Cluster, kubelet: Kubelet) {
    this.#cluster = cluster;
    this.#kubelet = kubelet;
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

  /** Makes what `build` creates look as if it had been there since a moment. */
  found(at: number, build: () => void): void {
    this.#foundingAt = at;
    try {
      build();
      this.#drain();
    } finally {
      this.#foundingAt = null;
    }
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

  /** Reconciles until nothing is marked; a reconciliation that marks others does not nest. */
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
        if (kind === 'Deployment') this.#reconcileDeployment(found);
        else this.#reconcileStatefulSet(found);
      }
    } finally {
      this.#running = false;
    }
  }

  #reconcileDeployment(deployment: WorkloadObject): void {
    const { namespace = '', name } = deployment.metadata;
    const wanted = deployment.spec.replicas;
    const current = this.#currentSet(deployment);
    const owned = this.replicaSets
      .list(namespace)
      .filter((set) => isOwnedBy(set, deployment) && set.metadata.uid !== current.metadata.uid);
    for (const set of this.#scale(current, wanted)) this.#create(current, set, name);
    const ready = this.#living(current).filter(isReady).length;
    let surplus =
      Math.min(wanted, ready) +
      owned.reduce((sum, set) => sum + this.#living(set).length, 0) -
      wanted;
    if (ready >= wanted) surplus = Number.POSITIVE_INFINITY;
    for (const set of owned) {
      const living = this.#living(set);
      const drop = Math.max(0, Math.min(living.length, surplus));
      surplus -= drop;
      if (set.spec.replicas !== living.length - drop)
        this.#resize(deployment, set, living.length - drop);
      for (const pod of living.slice(0, drop)) this.#remove(pod);
      this.#writeStatus(this.replicaSets, set, renderSetStatus(set, this.#living(set)));
    }
    const set = this.replicaSets.find(namespace, current.metadata.name) ?? current;
    this.#writeStatus(this.replicaSets, set, renderSetStatus(set, this.#living(set)));
    const old = owned.flatMap((each) => this.#living(each));
    const now = this.#now();
    const status = renderDeploymentStatus(deployment, set, this.#living(set), old, now);
    this.#writeStatus(this.deployments, deployment, status);
  }

  /** The ReplicaSet of the deployment's template, made or resized where needed. */
  #currentSet(deployment: WorkloadObject): WorkloadObject {
    const { namespace = '', name: workload } = deployment.metadata;
    const hash = templateHash(deployment.spec.template);
    const name = `${workload}-${hash}`;
    const found = this.replicaSets.find(namespace, name);
    const replicas = deployment.spec.replicas;
    if (found) {
      return found.spec.replicas === replicas ? found : this.#resize(deployment, found, replicas);
    }
    const revision = Number(
      deployment.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '0',
    );
    const next = String(revision + 1);
    const { template, selector } = deployment.spec;
    const labels = { ...template.metadata.labels, 'pod-template-hash': hash };
    const made = this.replicaSets.create({
      metadata: this.#cluster.meta(name, {
        namespace,
        generation: 1,
        labels,
        annotations: {
          'deployment.kubernetes.io/desired-replicas': String(replicas),
          'deployment.kubernetes.io/max-replicas': String(replicas + Math.ceil(replicas / 4)),
          'deployment.kubernetes.io/revision': next,
        },
        ownerReferences: [ownedBy('apps/v1', 'Deployment', deployment.metadata)],
        at: this.#now(),
      }),
      spec: {
        replicas,
        selector: { matchLabels: { ...selector.matchLabels, 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    });
    const annotated = this.deployments.get(namespace, workload);
    this.deployments.update({
      ...annotated,
      metadata: {
        ...annotated.metadata,
        annotations: {
          ...annotated.metadata.annotations,
          'deployment.kubernetes.io/revision': next,
        },
      },
    });
    this.#noteScaling(deployment, name, 'up', replicas);
    return made;
  }

  #resize(deployment: WorkloadObject, set: WorkloadObject, replicas: number): WorkloadObject {
    const direction = replicas > set.spec.replicas ? 'up' : 'down';
    this.#noteScaling(deployment, set.metadata.name, direction, replicas);
    return this.replicaSets.update({ ...set, spec: { ...set.spec, replicas } });
  }

  #noteScaling(owner: WorkloadObject, set: string, direction: string, replicas: number): void {
    if (this.#foundingAt !== null) return;
    const message = `Scaled ${direction} replica set ${set} to ${replicas}`;
    const from = 'deployment-controller';
    const note = { type: 'Normal', reason: 'ScalingReplicaSet', message, from } as const;
    this.#cluster.note(this.deployments.type, owner, note);
  }

  /** Names for the pods that are missing; pods that are too many are removed. */
  #scale(set: WorkloadObject, wanted: number): string[] {
    const living = this.#living(set);
    for (const pod of living.slice(wanted)) this.#remove(pod);
    const names: string[] = [];
    for (let missing = wanted - living.length; missing > 0; missing -= 1) {
      const suffix = nameSuffix(5, () => this.#cluster.random.integer(0, 1_000));
      names.push(`${set.metadata.name}-${suffix}`);
    }
    return names;
  }

  #reconcileStatefulSet(set: WorkloadObject): void {
    const { namespace = '', name } = set.metadata;
    const revision = `${name}-${templateHash(set.spec.template)}`;
    const pods = this.#cluster.pods.list(namespace).filter((pod) => isOwnedBy(pod, set));
    const labels = (at: number): Record<string, string> => ({
      ...set.spec.template.metadata.labels,
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': `${name}-${at}`,
    });
    for (const pod of pods) {
      const ordinal = Number(pod.metadata.name.slice(name.length + 1));
      if (ordinal >= set.spec.replicas && !pod.metadata.deletionTimestamp) this.#remove(pod);
    }
    for (let at = 0; at < set.spec.replicas; at += 1) {
      const pod = this.#cluster.pods.find(namespace, `${name}-${at}`);
      if (!pod) this.#create(set, `${name}-${at}`, name, labels(at));
      if (this.#foundingAt === null && !(pod && isReady(pod))) break;
    }
    const living = this.#living(set);
    const stale = living.findLast(
      (pod) => pod.metadata.labels?.['controller-revision-hash'] !== revision,
    );
    if (stale && living.length === set.spec.replicas && living.every(isReady)) this.#remove(stale);
    const status = { ...renderSetStatus(set, living, revision) };
    this.#writeStatus(this.statefulSets, set, status);
  }

  #create(
    set: WorkloadObject,
    name: string,
    workload: string,
    labels: Readonly<Record<string, string>> = set.spec.template.metadata.labels,
  ): void {
    const stateful = name === `${workload}-${name.split('-').at(-1)}` && /-\d+$/.test(name);
    const kind = stateful ? 'StatefulSet' : 'ReplicaSet';
    const pod = this.#createPod({
      name,
      namespace: set.metadata.namespace ?? this.#cluster.namespace,
      generateName: `${set.metadata.name}-`,
      labels,
      owner: ownedBy('apps/v1', kind, set.metadata),
      template: set.spec.template,
      ...(stateful ? { host: name } : {}),
    });
    this.#bring(pod, workload);
    if (this.#foundingAt !== null) return;
    const collection = stateful ? this.statefulSets : this.replicaSets;
    this.#cluster.note(collection.type, set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: stateful
        ? `create Pod ${name} in StatefulSet ${workload} successful`
        : `Created pod: ${name}`,
      from: stateful ? 'statefulset-controller' : 'replicaset-controller',
    });
  }

  /** Creates a pod object of a template. */
  #createPod(options: {
    readonly name: string;
    readonly namespace: string;
    readonly generateName: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly owner: OwnerReference;
    readonly template: TemplateObject;
    readonly host?: string;
  }): PodObject {
    const { name, namespace, generateName, labels, owner, template, host } = options;
    const { annotations } = template.metadata;
    const suffix = nameSuffix(5, () => this.#cluster.random.integer(0, 1_000));
    const spec = podSpecOf(template, suffix, host);
    const requests = JSON.stringify(spec.containers).includes('"requests"');
    return this.#cluster.pods.create({
      metadata: this.#cluster.meta(name, {
        generateName,
        namespace,
        labels,
        ...(annotations ? { annotations } : {}),
        ownerReferences: [owner],
        at: this.#now(),
      }),
      spec,
      status: { phase: 'Pending', qosClass: requests ? 'Burstable' : 'BestEffort' },
    });
  }

  /** Makes the pod of a Job. */
  createJobPod(job: WorkloadObject): void {
    const { name } = job.metadata;
    const suffix = nameSuffix(5, () => this.#cluster.random.integer(0, 1_000));
    const pod = this.#createPod({
      name: `${name}-${suffix}`,
      namespace: job.metadata.namespace ?? this.#cluster.namespace,
      generateName: `${name}-`,
      labels: job.spec.template.metadata.labels,
      owner: ownedBy('batch/v1', 'Job', job.metadata),
      template: job.spec.template,
    });
    this.#bring(pod, name);
  }

  #bring(pod: PodObject, workload: string): void {
    if (this.#foundingAt === null) this.#kubelet.admit(pod, workload);
    else this.#kubelet.adopt(pod, workload, this.#foundingAt);
  }

  /** Pods of a set that are not being deleted and have not failed for good. */
  #living(set: WorkloadObject): PodObject[] {
    return this.#cluster.pods
      .list(set.metadata.namespace)
      .filter((pod) => isOwnedBy(pod, set) && !pod.metadata.deletionTimestamp)
      .filter((pod) => pod.status.phase !== 'Failed');
  }

  #remove(pod: PodObject): void {
    this.#kubelet.terminate(pod, pod.spec.terminationGracePeriodSeconds);
  }

  #deleteOwned(owner: WorkloadObject): void {
    for (const set of this.replicaSets.list(owner.metadata.namespace)) {
      if (isOwnedBy(set, owner)) this.replicaSets.remove(set);
    }
    for (const pod of this.#cluster.pods.list(owner.metadata.namespace)) {
      if (isOwnedBy(pod, owner) && !pod.metadata.deletionTimestamp) this.#remove(pod);
    }
  }

  #writeStatus(
    collection: Collection<WorkloadObject>,
    object: WorkloadObject,
    status: Readonly<Record<string, unknown>>,
  ): void {
    const { namespace, name } = object.metadata;
    const stored = collection.find(namespace, name);
    if (!stored || sameStatus(stored.status, status)) return;
    collection.update({ ...stored, status });
  }

  #now(): number {
    return this.#foundingAt ?? this.#cluster.clock.nowMs();
  }
}

/** Whether two statuses say the same, their times aside. */
function sameStatus(a: unknown, b: unknown): boolean {
  const plain = (value: unknown): string =>
    JSON.stringify(value, (field, inner) => (field.startsWith('last') ? undefined : inner));
  return plain(a) === plain(b);
}

/** Whether a pod's Ready condition holds. */
export function isReady(pod: PodObject): boolean {
  return (
    pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  );
}

function workloads(cluster: Cluster, name: string): Collection<WorkloadObject> {
  return cluster.collection('apps', name) as unknown as Collection<WorkloadObject>;
}

function key(metadata: ObjectMeta): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** When a workload was last told to restart, as `kubectl rollout restart` writes it. */
export function restartAnnotation(ms: number): Readonly<Record<string, string>> {
  return { 'kubectl.kubernetes.io/restartedAt': timestamp(ms) };
}
