import type { Behaviour } from './behaviour.ts';
import type { Cluster, EventNote } from './cluster.ts';
import { BACK_OFF, ContainerRuntime, newPodRun } from './container-runtime.ts';
import { type LogSource, SILENT } from './log-source.ts';
import { type PodObject, timestamp } from './objects.ts';
import { type ContainerRun, type PodRun, renderStatus } from './pod-run.ts';

/** Milliseconds from a pod's creation until it is on a node, prepared, and started. */
const SCHEDULING_MS = 20;
const CREATING_MS = 300;
const STARTING_MS = 1_200;
/** How long a well-behaved container takes to stop. */
const STOPPING_MS = 2_000;
/** How long a container of a crash loop lives. */
const CRASH_AFTER_MS = 1_000;

/** A node that pods can be put on. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
}

/** Scheduler and kubelet in one: brings pods up, keeps their containers running, takes them down. */
export class Kubelet {
  readonly #cluster: Cluster;
  readonly #nodes: readonly NodeAddress[];
  readonly #runs = new Map<string, PodRun>();
  readonly #behaviour: Behaviour;
  readonly #containers: ContainerRuntime;
  #addresses = 10;

  constructor(cluster: Cluster, nodes: readonly NodeAddress[], behaviour: Behaviour) {
    this.#cluster = cluster;
    this.#behaviour = behaviour;
    this.#containers = new ContainerRuntime(cluster);
    this.#nodes = nodes;
  }

  /** What the workload's containers write by themselves, the running ones included. */
  setLogSource(workload: string, source: LogSource): void {
    this.#behaviour.setLogSource(workload, source);
    for (const run of this.#runs.values()) {
      if (run.workload !== workload) continue;
      for (const [index, container] of run.containers.entries()) {
        if (index === 0 && container.state.running) container.log?.setSource(source);
      }
    }
  }

  /** What runs behind a pod. */
  run(pod: PodObject): PodRun | undefined {
    return this.#runs.get(pod.metadata.uid);
  }

  /** Takes a new pod: schedules it and starts its containers, over the sandbox's time. */
  admit(pod: PodObject, workload: string): void {
    const run = this.#register(pod, workload);
    this.#later(run, SCHEDULING_MS, () => this.#schedule(run));
  }

  /** Takes a pod that has been there since `at`, in the state that its situation says. */
  adopt(pod: PodObject, workload: string, at: number): void {
    const run = this.#register(pod, workload);
    const situation = this.#behaviour.situation(workload);
    const moment = timestamp(at);
    if (situation === 'unschedulable') {
      run.scheduled = { at: moment, problem: this.#insufficient() };
      this.#publish(run);
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
      // What comes in its place runs elsewhere.
      this.#behaviour.setSituation(workload, 'running');
    } else if (situation === 'image-missing') {
      for (const container of run.containers) this.#pullFails(run, container);
    } else if (situation === 'completed') {
      this.#complete(run, at);
    } else if (situation === 'crash-loop') {
      for (const container of run.containers) {
        container.restarts = restarts || 4;
        this.#begin(run, container, this.#cluster.clock.nowMs() - 30_000);
        this.#end(run, container, this.#behaviour.exitCode(run.workload), 'Error');
      }
    } else {
      const startedAt = at + STARTING_MS;
      for (const container of run.containers) this.#begin(run, container, startedAt);
      if (restarts > 0) {
        for (const each of run.containers) this.#containers.pretendRestarted(each, startedAt);
      }
      if (situation !== 'not-ready') for (const container of run.containers) container.ready = true;
    }
    this.#publish(run, timestamp(at + STARTING_MS + 1_000));
  }

  /** Stops a pod's containers and removes it; at once when `graceSeconds` is 0. */
  terminate(pod: PodObject, graceSeconds: number): PodObject {
    const run = this.#runs.get(pod.metadata.uid);
    if (!run || graceSeconds === 0) {
      this.#forget(pod, run);
      return pod;
    }
    const { clock, pods } = this.#cluster;
    for (const timer of run.timers.splice(0)) timer.cancel();
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
      this.#note(run, { type: 'Normal', reason: 'Killing', message }, container);
    }
    this.#later(run, Math.min(STOPPING_MS, graceSeconds * 1_000), () => {
      const killed = graceSeconds * 1_000 < STOPPING_MS;
      for (const container of run.containers) {
        if (!container.state.running) continue;
        this.#containers.stop(container, killed ? 137 : 143, 'Error');
      }
      const stopped = this.#publish(run);
      if (stopped) this.#finish(stopped, run);
    });
    return marked;
  }

  /** Lets a container end; it is started again as the kubelet does, after a back-off. */
  crash(pod: PodObject, exitCode: number, reason: string, containerName?: string): void {
    const run = this.#runs.get(pod.metadata.uid);
    const container =
      run?.containers.find(({ name }) => name === containerName) ?? run?.containers[0];
    if (!run || !container?.state.running) return;
    this.#end(run, container, exitCode, reason);
    this.#publish(run);
  }

  /** Makes a pod's readiness probe fail or succeed from now on. */
  setReady(pod: PodObject, ready: boolean): void {
    const run = this.#runs.get(pod.metadata.uid);
    if (!run) return;
    for (const container of run.containers) {
      if (!container.state.running) continue;
      container.ready = ready;
      const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
      if (!ready) this.#note(run, { type: 'Warning', reason: 'Unhealthy', message }, container);
    }
    this.#publish(run);
  }

  #register(pod: PodObject, workload: string): PodRun {
    const namespace = pod.metadata.namespace ?? this.#cluster.namespace;
    const run = newPodRun(pod, namespace, workload);
    this.#runs.set(run.uid, run);
    return run;
  }

  #schedule(run: PodRun): void {
    const now = timestamp(this.#cluster.clock.nowMs());
    if (this.#behaviour.situation(run.workload) === 'unschedulable') {
      run.scheduled = { at: now, problem: this.#insufficient() };
      const message = this.#insufficient();
      this.#note(run, {
        type: 'Warning',
        reason: 'FailedScheduling',
        message,
        from: 'default-scheduler',
      });
      this.#publish(run);
      return;
    }
    const node = this.#cluster.random.pick(this.#nodes);
    run.scheduled = { at: now };
    run.nodeName = node.name;
    this.#publish(run);
    const message = `Successfully assigned ${run.namespace}/${run.name} to ${node.name}`;
    this.#note(run, { type: 'Normal', reason: 'Scheduled', message, from: 'default-scheduler' });
    this.#later(run, CREATING_MS, () => {
      run.hostIP = node.ip;
      run.startTime = timestamp(this.#cluster.clock.nowMs());
      run.readyChangedAt = run.startTime;
      this.#publish(run);
      this.#later(run, STARTING_MS, () => this.#start(run));
    });
  }

  #start(run: PodRun): void {
    run.podIP = this.#address();
    for (const container of run.containers) {
      if (this.#behaviour.situation(run.workload) === 'image-missing') {
        this.#pullFails(run, container);
        continue;
      }
      const pulled = `Container image "${container.image}" already present on machine`;
      this.#note(run, { type: 'Normal', reason: 'Pulled', message: pulled }, container);
      this.#launch(run, container);
    }
    if (this.#behaviour.situation(run.workload) === 'completed') {
      this.#later(run, CRASH_AFTER_MS, () => {
        this.#complete(run, this.#cluster.clock.nowMs());
        this.#publish(run);
      });
    }
    this.#publish(run);
  }

  /** Starts a container, now, and what its situation makes of it later. */
  #launch(run: PodRun, container: ContainerRun): void {
    this.#begin(run, container, this.#cluster.clock.nowMs());
    for (const reason of ['Created', 'Started']) {
      const message = `${reason} container ${container.name}`;
      this.#note(run, { type: 'Normal', reason, message }, container);
    }
    const situation = this.#behaviour.situation(run.workload);
    if (situation === 'crash-loop') {
      this.#later(run, CRASH_AFTER_MS, () => {
        this.#end(run, container, this.#behaviour.exitCode(run.workload), 'Error');
        this.#publish(run);
      });
    } else if (situation !== 'not-ready' && situation !== 'completed') {
      const wait = this.#behaviour.readyAfterMs(run.workload);
      if (wait === 0) container.ready = true;
      else this.#later(run, wait, () => this.#becomeReady(run, container));
    }
  }

  #becomeReady(run: PodRun, container: ContainerRun): void {
    if (!container.state.running) return;
    container.ready = true;
    this.#publish(run);
  }

  #begin(run: PodRun, container: ContainerRun, at: number): void {
    const first = run.containers[0] === container;
    this.#containers.begin(container, at, first ? this.#behaviour.logSource(run.workload) : SILENT);
  }

  /** Ends a running container, and arranges for its next start. */
  #end(run: PodRun, container: ContainerRun, exitCode: number, reason: string): void {
    container.last = { terminated: this.#containers.stop(container, exitCode, reason) };
    const delay = this.#containers.backOff(run, container);
    if (delay > 0) {
      this.#note(run, { type: 'Warning', reason: 'BackOff', message: BACK_OFF }, container);
    }
    this.#later(run, Math.max(delay, CRASH_AFTER_MS), () => {
      container.restarts += 1;
      this.#launch(run, container);
      this.#publish(run);
    });
  }

  #complete(run: PodRun, at: number): void {
    for (const container of run.containers) {
      if (!container.state.running) this.#begin(run, container, at);
      this.#containers.stop(container, 0, 'Completed');
    }
    run.succeeded = true;
  }

  #pullFails(run: PodRun, container: ContainerRun): void {
    const message = `Container image "${container.image}" is not present with pull policy of Never`;
    container.state = { waiting: { reason: 'ErrImageNeverPull', message } };
    this.#note(run, { type: 'Warning', reason: 'ErrImageNeverPull', message }, container);
  }

  #place(run: PodRun, at: string): void {
    const node = this.#cluster.random.pick(this.#nodes);
    run.nodeName = node.name;
    run.scheduled = { at };
    run.hostIP = node.ip;
    run.startTime = at;
  }

  #publish(run: PodRun, at?: string): PodObject | undefined {
    const pod = this.#cluster.pods.find(run.namespace, run.name);
    if (pod?.metadata.uid !== run.uid) return undefined;
    const now = at ?? timestamp(this.#cluster.clock.nowMs());
    return this.#cluster.pods.update({
      ...pod,
      ...(run.nodeName === null ? {} : { spec: { ...pod.spec, nodeName: run.nodeName } }),
      status: renderStatus(run, pod.status.qosClass, now),
    });
  }

  /** The last two changes of a pod: its grace period is set to nothing, then it is gone. */
  #finish(pod: PodObject, run: PodRun): void {
    const now = timestamp(this.#cluster.clock.nowMs());
    const last = this.#cluster.pods.update({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 0 },
    });
    this.#forget(last, run);
  }

  #forget(pod: PodObject, run: PodRun | undefined): void {
    for (const timer of run?.timers.splice(0) ?? []) timer.cancel();
    for (const container of run?.containers ?? []) {
      if (container.state.running) this.#containers.stop(container, 137, 'Error');
    }
    this.#cluster.pods.remove(pod);
    this.#runs.delete(pod.metadata.uid);
  }

  #later(run: PodRun, ms: number, callback: () => void): void {
    const timer = this.#cluster.clock.schedule(ms, () => {
      run.timers.splice(run.timers.indexOf(timer), 1);
      callback();
    });
    run.timers.push(timer);
  }

  #note(
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

  #insufficient(): string {
    const count = this.#nodes.length;
    return `0/${count} nodes are available: ${count} Insufficient cpu.`;
  }

  #address(): string {
    this.#addresses += 1;
    return `10.42.${Math.floor(this.#addresses / 250) % 250}.${(this.#addresses % 250) + 2}`;
  }
}
