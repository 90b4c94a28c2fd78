import type { Cluster, EventNote } from './cluster.ts';
import { ContainerLog } from './container-log.ts';
import { healthyLog } from './log-lines.ts';
import { type LogSource, SILENT } from './log-source.ts';
import { type PodObject, type TerminatedState, timestamp } from './objects.ts';
import { type ContainerRun, type PodRun, renderStatus } from './pod-run.ts';
import type { PodSituation, PodSpec } from './scenario.ts';

/** Milliseconds from a pod's creation until it is on a node, prepared, and started. */
const SCHEDULING_MS = 20;
const CREATING_MS = 300;
const STARTING_MS = 1_200;
/** How long a well-behaved container takes to stop. */
const STOPPING_MS = 2_000;
const BACKOFF_FIRST_MS = 10_000;
const BACKOFF_MOST_MS = 300_000;
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
  readonly #specs = new Map<string, PodSpec>();
  readonly #situations = new Map<string, PodSituation>();
  readonly #sources = new Map<string, LogSource>();
  #addresses = 10;

  constructor(cluster: Cluster, nodes: readonly NodeAddress[]) {
    this.#cluster = cluster;
    this.#nodes = nodes;
  }

  /** What a workload's pods do, and how long they take. */
  describe(spec: PodSpec): void {
    this.#specs.set(spec.name, spec);
  }

  /** From now on the workload's new containers behave so; a crash loop ends at its next restart. */
  setSituation(workload: string, situation: PodSituation): void {
    this.#situations.set(workload, situation);
  }

  /** What the workload's containers write by themselves, the running ones included. */
  setLogSource(workload: string, source: LogSource): void {
    this.#sources.set(workload, source);
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
    const situation = this.#situation(workload);
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
    const restarts = this.#specs.get(workload)?.restarts ?? 0;
    for (const container of run.containers) container.restarts = restarts;
    if (situation === 'evicted') {
      run.evicted = 'The node was low on resource: memory.';
    } else if (situation === 'image-missing') {
      for (const container of run.containers) this.#pullFails(run, container);
    } else if (situation === 'completed') {
      this.#complete(run, at);
    } else if (situation === 'crash-loop') {
      for (const container of run.containers) {
        container.restarts = restarts || 4;
        this.#begin(run, container, this.#cluster.clock.nowMs() - 30_000);
        this.#end(run, container, this.#exitCode(run), 'Error');
      }
    } else {
      const startedAt = at + STARTING_MS;
      for (const container of run.containers) this.#begin(run, container, startedAt);
      if (restarts > 0) this.#pretendRestarted(run, startedAt);
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
        this.#stop(container, killed ? 137 : 143, 'Error');
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
    const run: PodRun = {
      namespace: pod.metadata.namespace ?? this.#cluster.namespace,
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      workload,
      scheduled: null,
      nodeName: null,
      hostIP: null,
      podIP: null,
      startTime: null,
      readyChangedAt: pod.metadata.creationTimestamp,
      wasReady: false,
      succeeded: false,
      evicted: null,
      timers: [],
      containers: pod.spec.containers.map(({ name, image }) => ({
        name,
        image,
        imageID: '',
        containerID: null,
        state: { waiting: { reason: 'ContainerCreating' } },
        last: {},
        ready: false,
        restarts: 0,
        log: null,
        previousLog: null,
      })),
    };
    this.#runs.set(run.uid, run);
    return run;
  }

  #schedule(run: PodRun): void {
    const now = timestamp(this.#cluster.clock.nowMs());
    if (this.#situation(run.workload) === 'unschedulable') {
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
      if (this.#situation(run.workload) === 'image-missing') {
        this.#pullFails(run, container);
        continue;
      }
      const pulled = `Container image "${container.image}" already present on machine`;
      this.#note(run, { type: 'Normal', reason: 'Pulled', message: pulled }, container);
      this.#launch(run, container);
    }
    if (this.#situation(run.workload) === 'completed') {
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
    const situation = this.#situation(run.workload);
    if (situation === 'crash-loop') {
      this.#later(run, CRASH_AFTER_MS, () => {
        this.#end(run, container, this.#exitCode(run), 'Error');
        this.#publish(run);
      });
    } else if (situation !== 'not-ready' && situation !== 'completed') {
      const wait = this.#specs.get(run.workload)?.readyAfterMs ?? 0;
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
    const { random, clock } = this.#cluster;
    container.containerID = `containerd://${random.hex(64)}`;
    container.imageID ||= `sha256:${random.hex(64)}`;
    container.state = { running: { startedAt: timestamp(at) } };
    if (container.log) container.previousLog = container.log;
    const own = run.containers[0] === container;
    const healthy = this.#situation(run.workload) === 'running';
    const source = this.#sources.get(run.workload) ?? healthyLog(run.workload);
    container.log = new ContainerLog(clock, at, own && healthy ? source : SILENT);
  }

  /** Ends a running container, and arranges for its next start. */
  #end(run: PodRun, container: ContainerRun, exitCode: number, reason: string): void {
    const terminated = this.#stop(container, exitCode, reason);
    container.last = { terminated };
    const delay =
      container.restarts === 0
        ? 0
        : Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** (container.restarts - 1));
    if (delay > 0) {
      const text = delay < 60_000 ? `${delay / 1_000}s` : minutes(delay);
      const message = `back-off ${text} restarting failed container=${container.name} pod=${run.name}_${run.namespace}(${run.uid})`;
      container.state = { waiting: { reason: 'CrashLoopBackOff', message } };
      const back = 'Back-off restarting failed container';
      this.#note(run, { type: 'Warning', reason: 'BackOff', message: back }, container);
    }
    this.#later(run, Math.max(delay, CRASH_AFTER_MS), () => {
      container.restarts += 1;
      this.#launch(run, container);
      this.#publish(run);
    });
  }

  #stop(container: ContainerRun, exitCode: number, reason: string): TerminatedState {
    const now = timestamp(this.#cluster.clock.nowMs());
    const terminated: TerminatedState = {
      exitCode,
      reason,
      startedAt: container.state.running?.startedAt ?? now,
      finishedAt: now,
      containerID: container.containerID ?? '',
    };
    container.state = { terminated };
    container.ready = false;
    container.log?.close();
    return terminated;
  }

  #complete(run: PodRun, at: number): void {
    for (const container of run.containers) {
      if (!container.state.running) this.#begin(run, container, at);
      this.#stop(container, 0, 'Completed');
    }
    run.succeeded = true;
  }

  #pullFails(run: PodRun, container: ContainerRun): void {
    const message = `Container image "${container.image}" is not present with pull policy of Never`;
    container.state = { waiting: { reason: 'ErrImageNeverPull', message } };
    this.#note(run, { type: 'Warning', reason: 'ErrImageNeverPull', message }, container);
  }

  #pretendRestarted(run: PodRun, at: number): void {
    for (const container of run.containers) {
      const terminated: TerminatedState = {
        exitCode: 1,
        reason: 'Error',
        startedAt: timestamp(at - 60_000),
        finishedAt: timestamp(at),
        containerID: `containerd://${this.#cluster.random.hex(64)}`,
      };
      container.last = { terminated };
      container.previousLog = new ContainerLog(this.#cluster.clock, at, SILENT);
      container.previousLog.close();
    }
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
      if (container.state.running) this.#stop(container, 137, 'Error');
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

  #situation(workload: string): PodSituation {
    return (
      this.#situations.get(workload) ?? this.#specs.get(workload)?.situation ?? ('running' as const)
    );
  }

  #exitCode(run: PodRun): number {
    return this.#specs.get(run.workload)?.exitCode ?? 1;
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

function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return `${whole}m${(ms - whole * 60_000) / 1_000}s`;
}
