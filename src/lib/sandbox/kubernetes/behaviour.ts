import { type PullFailure, pullFailure } from './image-pull.ts';
import { healthyLog } from './log-lines.ts';
import { type LogSource, SILENT } from './log-source.ts';
import type { PodSituation, PodSpec } from './scenario.ts';

/** What a pod's first container writes by itself; null where that is as usual. */
export type PodLogs = (workload: string, pod: string, startedAt: number) => LogSource | null;

/** How a container ends. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
}

/** How the pods of each workload behave: what the scenario says, and what was changed since. */
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

  /** What a workload's pods do, and how long they take. */
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

  /** Why a container's image cannot be had; null where it can. */
  pullFailure(workload: string, image: string): PullFailure | null {
    return pullFailure(this.situation(workload), image);
  }

  /** Milliseconds from a container's start until it is ready. */
  readyAfterMs(workload: string): number {
    return this.#specs.get(workload)?.readyAfterMs ?? 0;
  }

  /** Whether the workload's containers end soon after every start. */
  crashes(workload: string): boolean {
    return ['crash-loop', 'out-of-memory'].includes(this.situation(workload));
  }

  /** How the containers of a workload that crashes end. */
  end(workload: string): ContainerEnd {
    if (this.situation(workload) === 'out-of-memory') return { exitCode: 137, reason: 'OOMKilled' };
    return { exitCode: this.#specs.get(workload)?.exitCode ?? 1, reason: 'Error' };
  }

  /** By how much the clock of the workload's node is ahead, in milliseconds. */
  clockSkewMs(workload: string): number {
    return this.#skewMs[workload] ?? 0;
  }

  /** Restarts that the workload's containers have behind them at first. */
  restarts(workload: string): number {
    return this.#specs.get(workload)?.restarts ?? 0;
  }

  /** What the first container of a workload's pod writes by itself. */
  logSource(workload: string, pod: string, startedAt: number): LogSource {
    const chosen = this.#sources.get(workload) ?? this.#logs(workload, pod, startedAt);
    if (chosen) return chosen;
    return this.situation(workload) === 'running' ? healthyLog(workload) : SILENT;
  }
}
