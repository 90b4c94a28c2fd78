import { healthyLog } from './log-lines.ts';
import { type LogSource, SILENT } from './log-source.ts';
import type { PodSituation, PodSpec } from './scenario.ts';

/** How the pods of each workload behave: what the scenario says, and what was changed since. */
export class Behaviour {
  readonly #specs = new Map<string, PodSpec>();
  readonly #situations = new Map<string, PodSituation>();
  readonly #sources = new Map<string, LogSource>();

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

  /** Milliseconds from a container's start until it is ready. */
  readyAfterMs(workload: string): number {
    return this.#specs.get(workload)?.readyAfterMs ?? 0;
  }

  /** Exit status of a crash loop's containers. */
  exitCode(workload: string): number {
    return this.#specs.get(workload)?.exitCode ?? 1;
  }

  /** Restarts that the workload's containers have behind them at first. */
  restarts(workload: string): number {
    return this.#specs.get(workload)?.restarts ?? 0;
  }

  /** What the workload's first container writes by itself. */
  logSource(workload: string): LogSource {
    const chosen = this.#sources.get(workload);
    if (chosen) return chosen;
    return this.situation(workload) === 'running' ? healthyLog(workload) : SILENT;
  }
}
