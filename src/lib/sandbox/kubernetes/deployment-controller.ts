import type { Collection } from './collection.ts';
import type { PodObject } from './objects.ts';
import { isReady, type OwnedPods, workloads } from './owned-pods.ts';
import { ownedBy, templateHash, type WorkloadObject } from './workload-objects.ts';
import { renderDeploymentStatus, renderSetStatus } from './workload-status.ts';

/** Manages the pods of Deployments, with one ReplicaSet per template. */
export class DeploymentController {
  readonly #pods: OwnedPods;
  readonly #deployments: Collection<WorkloadObject>;
  readonly #sets: Collection<WorkloadObject>;

  constructor(pods: OwnedPods) {
    this.#pods = pods;
    this.#deployments = workloads(pods.cluster, 'deployments');
    this.#sets = workloads(pods.cluster, 'replicasets');
  }

  /** Takes one step towards the specification of a Deployment, and writes its status. */
  reconcile(deployment: WorkloadObject): void {
    const wanted = deployment.spec.replicas;
    const replaced = this.#sets.ownedBy(deployment).filter((set) => !isOfTemplate(set, deployment));
    const oldPods = replaced.flatMap((set) => this.#pods.living(set));
    const room = Math.max(0, wanted + Math.ceil(wanted / 4) - oldPods.length);
    const before = this.#currentSet(deployment, Math.min(wanted, room));
    const grown = Math.min(wanted, Math.max(room, this.#pods.living(before).length));
    this.#scale(before, grown);
    const current = this.#resize(deployment, before, grown);
    const fresh = this.#pods.living(current);
    for (const pod of removablePods(wanted, fresh, oldPods)) this.#pods.remove(pod);
    for (const set of replaced) {
      const kept = this.#resize(deployment, set, this.#pods.living(set).length);
      this.#pods.writeStatus(this.#sets, kept, renderSetStatus(kept, this.#pods.living(kept)));
    }
    this.#pods.writeStatus(this.#sets, current, renderSetStatus(current, fresh));
    const left = replaced.flatMap((set) => this.#pods.living(set));
    const status = renderDeploymentStatus(deployment, current, fresh, left, this.#pods.now);
    this.#pods.writeStatus(this.#deployments, deployment, status);
  }

  /** Returns the ReplicaSet of the deployment's current template; creates it if necessary. */
  #currentSet(deployment: WorkloadObject, replicas: number): WorkloadObject {
    const { namespace = '', name: workload } = deployment.metadata;
    const hash = templateHash(deployment.spec.template);
    const name = `${workload}-${hash}`;
    const found = this.#sets.find(namespace, name);
    if (found) return found;
    const revision = Number(
      deployment.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '0',
    );
    const next = String(revision + 1);
    const wanted = deployment.spec.replicas;
    const { template, selector } = deployment.spec;
    const labels = { ...template.metadata.labels, 'pod-template-hash': hash };
    const made = this.#sets.create({
      metadata: this.#pods.cluster.meta(name, {
        namespace,
        generation: 1,
        labels,
        annotations: {
          'deployment.kubernetes.io/desired-replicas': String(wanted),
          'deployment.kubernetes.io/max-replicas': String(wanted + Math.ceil(wanted / 4)),
          'deployment.kubernetes.io/revision': next,
        },
        ownerReferences: [ownedBy('apps/v1', 'Deployment', deployment.metadata)],
        at: this.#pods.now,
      }),
      spec: {
        replicas,
        selector: { matchLabels: { ...selector.matchLabels, 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    });
    const annotated = this.#deployments.get(namespace, workload);
    this.#deployments.update({
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
    return this.#sets.update({ ...set, spec: { ...set.spec, replicas } });
  }

  #noteScaling(owner: WorkloadObject, set: string, direction: string, replicas: number): void {
    if (this.#pods.founding) return;
    const message = `Scaled ${direction} replica set ${set} to ${replicas}`;
    const from = 'deployment-controller';
    const note = { type: 'Normal', reason: 'ScalingReplicaSet', message, from } as const;
    this.#pods.cluster.note(this.#deployments.type, owner, note);
  }

  /** Creates missing pods and removes surplus ones. */
  #scale(set: WorkloadObject, wanted: number): void {
    const living = this.#pods.living(set);
    for (const pod of living.slice(wanted)) this.#pods.remove(pod);
    const { labels } = set.spec.template.metadata;
    for (let missing = wanted - living.length; missing > 0; missing -= 1) {
      const name = `${set.metadata.name}-${this.#pods.suffix()}`;
      this.#pods.create('ReplicaSet', set, { name, labels });
    }
  }
}

function isOfTemplate(set: WorkloadObject, deployment: WorkloadObject): boolean {
  return set.metadata.labels?.['pod-template-hash'] === templateHash(deployment.spec.template);
}

/**
 * Returns the pods of earlier templates that a rolling update (25 % surge, 25 % unavailable) can
 * remove now, starting with those that are not ready.
 */
function removablePods(
  wanted: number,
  fresh: readonly PodObject[],
  old: readonly PodObject[],
): readonly PodObject[] {
  const needed = wanted - Math.floor(wanted / 4);
  const ready = fresh.filter(isReady).length;
  // Scaling down in the middle of a rollout removes pods whether the others are ready or not.
  const surplus = fresh.length + old.length - (wanted + Math.ceil(wanted / 4));
  let spare = Math.max(surplus, fresh.length + old.length - needed - (fresh.length - ready));
  const unready = old.filter((pod) => !isReady(pod)).slice(0, Math.max(0, spare));
  spare = Math.max(
    surplus - unready.length,
    Math.min(spare - unready.length, ready + old.filter(isReady).length - needed),
  );
  return [...unready, ...old.filter(isReady).slice(0, Math.max(0, spare))];
}
