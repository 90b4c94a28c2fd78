import type { Cluster, EventNote } from './cluster.ts';
import { type PodObject, timestamp } from './objects.ts';
import { type ContainerRun, newPodRun, type PodRun, renderStatus } from './pod-run.ts';

/** The runs of all pods, and their updates on the API server. */
export class PodRecords {
  readonly #cluster: Cluster;
  readonly #runs = new Map<string, PodRun>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Adds a pod. */
  add(pod: PodObject, workload: string): PodRun {
    const run = newPodRun(pod, pod.metadata.namespace ?? this.#cluster.namespace, workload);
    this.#runs.set(run.uid, run);
    return run;
  }

  find(pod: PodObject): PodRun | undefined {
    return this.#runs.get(pod.metadata.uid);
  }

  /** Returns the runs of a workload's pods. */
  of(workload: string): PodRun[] {
    return [...this.#runs.values()].filter((run) => run.workload === workload);
  }

  /**
   * Writes a pod's status as of a time, by default now; returns undefined if the pod was deleted.
   */
  publish(run: PodRun, at?: string): PodObject | undefined {
    const pod = this.#cluster.pods.find(run.namespace, run.name);
    if (pod?.metadata.uid !== run.uid) return undefined;
    const now = at ?? timestamp(this.#cluster.clock.nowMs());
    return this.#cluster.pods.update({
      ...pod,
      ...(run.nodeName === null ? {} : { spec: { ...pod.spec, nodeName: run.nodeName } }),
      status: renderStatus(run, pod.status.qosClass, now),
    });
  }

  /** Makes the last two changes of a pod: sets its grace period to zero, then deletes it. */
  finish(pod: PodObject): void {
    const now = timestamp(this.#cluster.clock.nowMs());
    const last = this.#cluster.pods.update({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 0 },
    });
    this.remove(last);
  }

  /** Deletes a pod and cancels its timers. */
  remove(pod: PodObject): void {
    const run = this.find(pod);
    if (run) this.cancel(run);
    this.#cluster.pods.remove(pod);
    this.#runs.delete(pod.metadata.uid);
  }

  /** Calls `callback` after a delay, unless the pod has been deleted by then. */
  later(run: PodRun, ms: number, callback: () => void): void {
    const timer = this.#cluster.clock.schedule(ms, () => {
      run.timers.splice(run.timers.indexOf(timer), 1);
      callback();
    });
    run.timers.push(timer);
  }

  /** Cancels all timers of a pod. */
  cancel(run: PodRun): void {
    for (const timer of run.timers.splice(0)) timer.cancel();
  }

  /** Creates an event about a pod or one of its containers. */
  note(
    run: PodRun,
    note: Omit<EventNote, 'from'> & { readonly from?: string },
    container?: ContainerRun,
  ): void {
    const pod = this.#cluster.pods.find(run.namespace, run.name);
    if (!pod) return;
    this.#cluster.note(this.#cluster.pods.type, pod, {
      from: 'kubelet',
      ...note,
      ...(container ? { container: container.name } : {}),
    });
  }
}
