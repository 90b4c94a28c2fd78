import { type PullFailure, pullFailure } from './image-pull.ts';
import { healthyLog } from './log-lines.ts';
import { type LogSource, SILENT } from './log-source.ts';
import type { PodSituation, PodSpec } from './scenario.ts';

/** Returns the log source of a pod's first container; null for the default. */
export type PodLogs = (workload: string, pod: string, startedAt: number) => LogSource | null;

/** How a container terminates. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
}

/** The behaviour of the pods of each workload, from the scenario and later changes. */
export class Behaviour {
  readonly #specs = new Map<string, PodSpec>();
  readonly #situations = new Map<string, PodSituation>();
  readonly #sources = new Map<string, LogSource>();
  readonly #logs: PodLogs;
  readonly #skewMs: Readonly<Record<string, number>>;

  constructor(logs: PodLogs = () => null, skewMs: Readonly<Record<string, number>> = {}) {
    this.#logs = logs;
    this.#skewMs = skewMs;
  }

  /** Sets the specification of a workload. */
  describe(spec: PodSpec): void {
    this.#specs.set(spec.name, spec);
  }

  setSituation(workload: string, situation: PodSituation): void {
    this.#situations.set(workload, situation);
  }

  setLogSource(workload: string, source: LogSource): void {
    this.#sources.set(workload, source);
  }

  situation(workload: string): PodSituation {
    return this.#situations.get(workload) ?? this.#specs.get(workload)?.situation ?? 'running';
  }

  /** Returns why a container's image cannot be pulled; null if it can. */
  pullFailure(workload: string, image: string): PullFailure | null {
    return pullFailure(this.situation(workload), image);
  }

  /** Returns the time from a container's start until it is ready, in milliseconds. */
  readyAfterMs(workload: string): number {
    return this.#specs.get(workload)?.readyAfterMs ?? 0;
  }

  /** Returns whether the workload's containers terminate soon after every start. */
  crashes(workload: string): boolean {
    return ['crash-loop', 'out-of-memory'].includes(this.situation(workload));
  }

  /** Returns how the containers of a crashing workload terminate. */
  end(workload: string): ContainerEnd {
    if (this.situation(workload) === 'out-of-memory') return { exitCode: 137, reason: 'OOMKilled' };
    return { exitCode: this.#specs.get(workload)?.exitCode ?? 1, reason: 'Error' };
  }

  /** Returns how far the clock of the workload's node is ahead, in milliseconds. */
  clockSkewMs(workload: string): number {
    return this.#skewMs[workload] ?? 0;
  }

  /** Returns the initial restart count of the workload's containers. */
  restarts(workload: string): number {
    return this.#specs.get(workload)?.restarts ?? 0;
  }

  /** Returns the log source of the first container of a workload's pod. */
  logSource(workload: string, pod: string, startedAt: number): LogSource {
    const chosen = this.#sources.get(workload) ?? this.#logs(workload, pod, startedAt);
    if (chosen) return chosen;
    return this.situation(workload) === 'running' ? healthyLog(workload) : SILENT;
  }
}
