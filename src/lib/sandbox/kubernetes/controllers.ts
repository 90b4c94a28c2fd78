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
    const replaced = this.replicaSets
      .list(namespace)
      .filter((set) => isOwnedBy(set, deployment) && !isOfTemplate(set, deployment));
    const oldPods = replaced.flatMap((set) => this.#living(set));
    const room = Math.max(0, wanted + Math.ceil(wanted / 4) - oldPods.length);
    const before = this.#currentSet(deployment, Math.min(wanted, room));
    const grown = Math.min(wanted, Math.max(room, this.#living(before).length));
    for (const pod of this.#scale(before, grown)) this.#create(before, pod, name);
    const current = this.#resize(deployment, before, grown);
    const fresh = this.#living(current);
    for (const pod of dispensable(wanted, fresh, oldPods)) this.#remove(pod);
    for (const set of replaced) {
      const kept = this.#resize(deployment, set, this.#living(set).length);
      this.#writeStatus(this.replicaSets, kept, renderSetStatus(kept, this.#living(kept)));
    }
    this.#writeStatus(this.replicaSets, current, renderSetStatus(current, fresh));
    const left = replaced.flatMap((set) => this.#living(set));
    const status = renderDeploymentStatus(deployment, current, fresh, left, this.#now());
    this.#writeStatus(this.deployments, deployment, status);
  }

  /** The ReplicaSet of the deployment's template, made where there is none. */
  #currentSet(deployment: WorkloadObject, replicas: number): WorkloadObject {
    const { namespace = '', name: workload } = deployment.metadata;
    const hash = templateHash(deployment.spec.template);
    const name = `${workload}-${hash}`;
    const found = this.replicaSets.find(namespace, name);
    if (found) return found;
    const revision = Number(
      deployment.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '0',
    );
    const next = String(revision + 1);
    const wanted = deployment.spec.replicas;
    const { template, selector } = deployment.spec;
    const labels = { ...template.metadata.labels, 'pod-template-hash': hash };
    const made = this.replicaSets.create({
      metadata: this.#cluster.meta(name, {
        namespace,
        generation: 1,
        labels,
        annotations: {
          'deployment.kubernetes.io/desired-replicas': String(wanted),
          'deployment.kubernetes.io/max-replicas': String(wanted + Math.ceil(wanted / 4)),
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
    if (set.spec.replicas === replicas) return set;
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

function isOfTemplate(set: WorkloadObject, deployment: WorkloadObject): boolean {
  return set.metadata.labels?.['pod-template-hash'] === templateHash(deployment.spec.template);
}

/**
 * The pods of earlier templates that a rolling update (25 % surge, 25 % unavailable) can do without
 * now: those that are not ready first.
 */
function dispensable(
  wanted: number,
  fresh: readonly PodObject[],
  old: readonly PodObject[],
): readonly PodObject[] {
  const needed = wanted - Math.floor(wanted / 4);
  const ready = fresh.filter(isReady).length;
  let spare = fresh.length + old.length - needed - (fresh.length - ready);
  const unready = old.filter((pod) => !isReady(pod)).slice(0, Math.max(0, spare));
  spare = Math.min(spare - unready.length, ready + old.filter(isReady).length - needed);
  return [...unready, ...old.filter(isReady).slice(0, Math.max(0, spare))];
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
