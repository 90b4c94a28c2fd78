import type { Collection } from './collection.ts';
import { isReady, type OwnedPods, workloads } from './owned-pods.ts';
import { templateHash, type WorkloadObject } from './workload-objects.ts';
import { renderSetStatus } from './workload-status.ts';

/**
 * Manages the pods of StatefulSets: numbered, created one after another, replaced under the same
 * name.
 */
export class StatefulSetController {
  readonly #pods: OwnedPods;
  readonly #sets: Collection<WorkloadObject>;

  constructor(pods: OwnedPods) {
    this.#pods = pods;
    this.#sets = workloads(pods.cluster, 'statefulsets');
  }

  /** Takes one step towards the specification of a StatefulSet, and writes its status. */
  reconcile(set: WorkloadObject): void {
    const { namespace = '', name } = set.metadata;
    const revision = `${name}-${templateHash(set.spec.template)}`;
    const pods = this.#pods.of(set);
    const labels = (at: number): Record<string, string> => ({
      ...set.spec.template.metadata.labels,
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': `${name}-${at}`,
    });
    for (const pod of pods) {
      const ordinal = Number(pod.metadata.name.slice(name.length + 1));
      const surplus = ordinal >= set.spec.replicas && !pod.metadata.deletionTimestamp;
      if (surplus || (pod.status.phase === 'Failed' && !this.#pods.founding)) {
        this.#pods.remove(pod);
      }
    }
    for (let at = 0; at < set.spec.replicas; at += 1) {
      const pod = this.#pods.cluster.pods.find(namespace, `${name}-${at}`);
      if (!pod) {
        const host = `${name}-${at}`;
        this.#pods.create('StatefulSet', set, { name: host, host, labels: labels(at) });
      }
      if (!this.#pods.founding && !(pod && isReady(pod))) break;
    }
    const living = this.#pods.living(set);
    const stale = living.findLast(
      (pod) => pod.metadata.labels?.['controller-revision-hash'] !== revision,
    );
    if (stale && living.length === set.spec.replicas && living.every(isReady))
      this.#pods.remove(stale);
    const status = { ...renderSetStatus(set, living, revision) };
    this.#pods.writeStatus(this.#sets, set, status);
  }
}
