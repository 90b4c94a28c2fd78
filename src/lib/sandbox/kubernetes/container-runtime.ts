import type { Cluster } from './cluster.ts';
import { ContainerLog } from './container-log.ts';
import { type LogSource, SILENT } from './log-source.ts';
import { type TerminatedState, timestamp } from './objects.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

const BACKOFF_FIRST_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;

/** The kubelet's message while it waits to restart a container. */
export const BACK_OFF = 'Back-off restarting failed container';

/** Starts and stops containers, and maintains their states, IDs and logs. */
export class ContainerRuntime {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Starts a container as of a time; `source` generates its log. */
  begin(container: ContainerRun, at: number, source: LogSource): void {
    const { random, clock } = this.#cluster;
    container.containerID = this.#id();
    container.imageID ||= `sha256:${random.hex(64)}`;
    container.state = { running: { startedAt: timestamp(at) } };
    if (container.log) container.previousLog = container.log;
    container.log = new ContainerLog(clock, at, source);
  }

  /** Stops a running container. */
  stop(container: ContainerRun, exitCode: number, reason: string): TerminatedState {
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

  /** Puts a container into back-off; returns the delay until its next start, in milliseconds. */
  backOff(run: PodRun, container: ContainerRun): number {
    if (container.restarts === 0) return 0;
    const delay = Math.min(MAX_BACKOFF_MS, BACKOFF_FIRST_MS * 2 ** (container.restarts - 1));
    const text = delay < 60_000 ? `${delay / 1_000}s` : minutes(delay);
    const message = `back-off ${text} restarting failed container=${container.name} pod=${run.name}_${run.namespace}(${run.uid})`;
    container.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    return delay;
  }

  /** Adds an earlier, failed run to a running container. */
  pretendRestarted(container: ContainerRun, at: number): void {
    const terminated: TerminatedState = {
      exitCode: 1,
      reason: 'Error',
      startedAt: timestamp(at - 60_000),
      finishedAt: timestamp(at),
      containerID: this.#id(),
    };
    container.last = { terminated };
    container.previousLog = new ContainerLog(this.#cluster.clock, at, SILENT);
    container.previousLog.close();
  }

  #id(): string {
    return `containerd://${this.#cluster.random.hex(64)}`;
  }
}

function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return `${whole}m${(ms - whole * 60_000) / 1_000}s`;
}
