import type { Behaviour, ContainerEnd } from './behaviour.ts';
import type { Cluster } from './cluster.ts';
import { BACK_OFF, ContainerRuntime } from './container-runtime.ts';
import { type LogSource, SILENT } from './log-source.ts';
import type { NodeAddress } from './node-address.ts';
import { type PodObject, timestamp } from './objects.ts';
import { PodRecords } from './pod-records.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** The times to schedule a pod, to create its containers, and to start them, in milliseconds. */
const SCHEDULING_MS = 20;
const CREATING_MS = 300;
const STARTING_MS = 1_200;
/** The time that a normal container takes to stop. */
const STOPPING_MS = 2_000;
/** The lifetime of a container in a crash loop. */
const CRASH_AFTER_MS = 1_000;

/** The scheduler and the kubelet: starts pods, restarts their containers, and stops them. */
export class Kubelet {
  readonly #cluster: Cluster;
  readonly #nodes: readonly NodeAddress[];
  readonly #records: PodRecords;
  readonly #behaviour: Behaviour;
  readonly #containers: ContainerRuntime;
  #addresses = 10;

  constructor(cluster: Cluster, nodes: readonly NodeAddress[], behaviour: Behaviour) {
    this.#cluster = cluster;
    this.#records = new PodRecords(cluster);
    this.#behaviour = behaviour;
    this.#containers = new ContainerRuntime(cluster);
    this.#nodes = nodes;
  }

  /** Sets the log source of the workload's containers, including running ones. */
  setLogSource(workload: string, source: LogSource): void {
    this.#behaviour.setLogSource(workload, source);
    for (const run of this.#records.of(workload)) {
      for (const [index, container] of run.containers.entries()) {
        if (index === 0 && container.state.running) container.log?.setSource(source);
      }
    }
  }

  /** Returns how far the clock of a pod's node is ahead, in milliseconds. */
  clockSkewMs(pod: PodObject): number {
    return this.#behaviour.clockSkewMs(this.run(pod)?.workload ?? '');
  }

  /** Returns the run of a pod. */
  run(pod: PodObject): PodRun | undefined {
    return this.#records.find(pod);
  }

  /** Accepts a new pod: schedules it and starts its containers, in sandbox time. */
  admit(pod: PodObject, workload: string): void {
    const run = this.#records.add(pod, workload);
    this.#records.later(run, SCHEDULING_MS, () => this.#schedule(run));
  }

  /** Accepts a pod that has existed since `at`, in the state given by its situation. */
  adopt(pod: PodObject, workload: string, at: number): void {
    const run = this.#records.add(pod, workload);
    const situation = this.#behaviour.situation(workload);
    const moment = timestamp(at);
    if (situation === 'unschedulable') {
      run.scheduled = { at: moment, problem: this.#insufficient() };
      this.#records.publish(run);
      return;
    }
    this.#place(run, moment);
    run.podIP = this.#address();
    run.wasReady = false;
    run.readyChangedAt = moment;
    const restarts = this.#behaviour.restarts(workload);
    for (const container of run.containers) container.restarts = restarts;
    if (situation === 'evicted') {
      run.evicted = 'The node was low on resource: memory.';
      // Its replacement runs normally on another node.
      this.#behaviour.setSituation(workload, 'running');
    } else if (this.#behaviour.pullFailure(workload, '') !== null) {
      for (const container of run.containers) this.#bringUp(run, container);
    } else if (situation === 'completed') {
      this.#complete(run, at);
    } else if (this.#behaviour.crashes(workload)) {
      for (const container of run.containers) {
        container.restarts = restarts || 4;
        this.#begin(run, container, this.#cluster.clock.nowMs() - 30_000);
        this.#end(run, container, this.#behaviour.end(workload));
      }
    } else {
      const startedAt = at + STARTING_MS;
      for (const container of run.containers) this.#begin(run, container, startedAt);
      if (restarts > 0) {
        for (const each of run.containers) this.#containers.pretendRestarted(each, startedAt);
      }
      if (situation !== 'not-ready') for (const container of run.containers) container.ready = true;
    }
    this.#records.publish(run, timestamp(at + STARTING_MS + 1_000));
  }

  /** Stops a pod's containers and removes it; immediately if `graceSeconds` is 0. */
  terminate(pod: PodObject, graceSeconds: number): PodObject {
    const run = this.#records.find(pod);
    if (!run || graceSeconds === 0) {
      for (const container of run?.containers ?? []) {
        if (container.state.running) this.#containers.stop(container, 137, 'Error');
      }
      this.#records.remove(pod);
      return pod;
    }
    const { clock, pods } = this.#cluster;
    this.#records.cancel(run);
    const marked = pods.update({
      ...pod,
      metadata: {
        ...pod.metadata,
        deletionTimestamp: timestamp(clock.nowMs() + graceSeconds * 1_000),
        deletionGracePeriodSeconds: graceSeconds,
      },
    });
    for (const container of run.containers) {
      if (!container.state.running) continue;
      const message = `Stopping container ${container.name}`;
      this.#records.note(run, { type: 'Normal', reason: 'Killing', message }, container);
    }
    this.#records.later(run, Math.min(STOPPING_MS, graceSeconds * 1_000), () => {
      const killed = graceSeconds * 1_000 < STOPPING_MS;
      for (const container of run.containers) {
        if (!container.state.running) continue;
        this.#containers.stop(container, killed ? 137 : 143, 'Error');
      }
      const stopped = this.#records.publish(run);
      if (stopped) this.#records.finish(stopped);
    });
    return marked;
  }

  /** Terminates a container, which the kubelet then restarts after a back-off. */
  crash(pod: PodObject, exitCode: number, reason: string, containerName?: string): void {
    const run = this.#records.find(pod);
    const container =
      run?.containers.find(({ name }) => name === containerName) ?? run?.containers[0];
    if (!run || !container?.state.running || pod.metadata.deletionTimestamp) return;
    this.#end(run, container, { exitCode, reason });
    this.#records.publish(run);
  }

  /** Makes a pod's readiness probe fail or succeed from now on. */
  setReady(pod: PodObject, ready: boolean): void {
    const run = this.#records.find(pod);
    if (!run) return;
    for (const container of run.containers) {
      if (!container.state.running) continue;
      container.ready = ready;
      const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
      if (!ready)
        this.#records.note(run, { type: 'Warning', reason: 'Unhealthy', message }, container);
    }
    this.#records.publish(run);
  }

  #schedule(run: PodRun): void {
    const now = timestamp(this.#cluster.clock.nowMs());
    if (this.#behaviour.situation(run.workload) === 'unschedulable') {
      run.scheduled = { at: now, problem: this.#insufficient() };
      const message = this.#insufficient();
      this.#records.note(run, {
        type: 'Warning',
        reason: 'FailedScheduling',
        message,
        from: 'default-scheduler',
      });
      this.#records.publish(run);
      return;
    }
    const node = this.#cluster.random.pick(this.#nodes);
    run.scheduled = { at: now };
    run.nodeName = node.name;
    this.#records.publish(run);
    const message = `Successfully assigned ${run.namespace}/${run.name} to ${node.name}`;
    this.#records.note(run, {
      type: 'Normal',
      reason: 'Scheduled',
      message,
      from: 'default-scheduler',
    });
    this.#records.later(run, CREATING_MS, () => {
      run.hostIP = node.ip;
      run.startTime = timestamp(this.#cluster.clock.nowMs());
      run.readyChangedAt = run.startTime;
      this.#records.publish(run);
      this.#records.later(run, STARTING_MS, () => this.#start(run));
    });
  }

  #start(run: PodRun): void {
    run.podIP = this.#address();
    for (const container of run.containers) this.#bringUp(run, container);
    if (this.#behaviour.situation(run.workload) === 'completed') {
      this.#records.later(run, CRASH_AFTER_MS, () => {
        this.#complete(run, this.#cluster.clock.nowMs());
        this.#records.publish(run);
      });
    }
    this.#records.publish(run);
  }

  /** Starts a container and schedules the later effects of its situation. */
  #launch(run: PodRun, container: ContainerRun): void {
    this.#begin(run, container, this.#cluster.clock.nowMs());
    for (const reason of ['Created', 'Started']) {
      const message = `${reason} container ${container.name}`;
      this.#records.note(run, { type: 'Normal', reason, message }, container);
    }
    const situation = this.#behaviour.situation(run.workload);
    if (this.#behaviour.crashes(run.workload)) {
      this.#records.later(run, CRASH_AFTER_MS, () => {
        this.#end(run, container, this.#behaviour.end(run.workload));
        this.#records.publish(run);
      });
    } else if (situation !== 'not-ready' && situation !== 'completed') {
      const wait = this.#behaviour.readyAfterMs(run.workload);
      if (wait === 0) container.ready = true;
      else this.#records.later(run, wait, () => this.#becomeReady(run, container));
    }
  }

  #becomeReady(run: PodRun, container: ContainerRun): void {
    if (!container.state.running) return;
    container.ready = true;
    this.#records.publish(run);
  }

  #begin(run: PodRun, container: ContainerRun, at: number): void {
    const first = run.containers[0] === container;
    const source = first ? this.#behaviour.logSource(run.workload, run.name, at) : SILENT;
    this.#containers.begin(container, at, source);
  }

  /** Terminates a running container and schedules its restart. */
  #end(run: PodRun, container: ContainerRun, end: ContainerEnd): void {
    container.last = { terminated: this.#containers.stop(container, end.exitCode, end.reason) };
    const delay = this.#containers.backOff(run, container);
    if (delay > 0) {
      this.#records.note(run, { type: 'Warning', reason: 'BackOff', message: BACK_OFF }, container);
    }
    this.#records.later(run, Math.max(delay, CRASH_AFTER_MS), () => {
      container.restarts += 1;
      this.#launch(run, container);
      this.#records.publish(run);
    });
  }

  #complete(run: PodRun, at: number): void {
    for (const container of run.containers) {
      if (!container.state.running) this.#begin(run, container, at);
      this.#containers.stop(container, 0, 'Completed');
    }
    run.succeeded = true;
  }

  /** Pulls a container's image and starts it, or schedules a retry. */
  #bringUp(run: PodRun, container: ContainerRun): void {
    const failure = this.#behaviour.pullFailure(run.workload, container.image);
    if (failure === null) {
      const message = `Container image "${container.image}" already present on machine`;
      this.#records.note(run, { type: 'Normal', reason: 'Pulled', message }, container);
      this.#launch(run, container);
      return;
    }
    container.state = { waiting: failure.waiting };
    for (const note of failure.notes) this.#records.note(run, note, container);
    if (failure.retryMs === null) return;
    this.#records.later(run, failure.retryMs, () => {
      this.#bringUp(run, container);
      this.#records.publish(run);
    });
  }

  #place(run: PodRun, at: string): void {
    const node = this.#cluster.random.pick(this.#nodes);
    run.nodeName = node.name;
    run.scheduled = { at };
    run.hostIP = node.ip;
    run.startTime = at;
  }

  #insufficient(): string {
    const count = this.#nodes.length;
    return `0/${count} nodes are available: ${count} Insufficient cpu.`;
  }

  #address(): string {
    this.#addresses += 1;
    return `10.42.${Math.floor(this.#addresses / 250) % 250}.${(this.#addresses % 250) + 2}`;
  }
}
