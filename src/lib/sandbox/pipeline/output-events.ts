import type { AllocationRecord, JobRecord } from '../nomad/records.ts';
import type { FaultBoard } from './faults.ts';
import type { Workforce } from './workforce.ts';

/** What a build agent tells the output-processor. */
export type OutputEvent = 'task-started' | 'task-finished';

/** Something that an agent has to tell. */
export interface Report {
  readonly job: JobRecord;
  readonly event: OutputEvent;
}

/** The way from build agents to the server: what came through, and what did not yet. */
export class OutputEvents {
  readonly #faults: FaultBoard;
  readonly #workforce: Workforce;
  readonly #told = new WeakMap<AllocationRecord, OutputEvent>();
  readonly #held = new Map<string, Report>();
  /** Since when nothing comes through; null while it does. */
  #brokenSince: number | null = null;

  constructor(faults: FaultBoard, workforce: Workforce) {
    this.#faults = faults;
    this.#workforce = workforce;
  }

  /** Whether agents get no connection. */
  get unreachable(): boolean {
    return (
      this.#faults.has('port-8585-blocked') ||
      this.#workforce.ready('output-processor').length === 0
    );
  }

  /** Since when nothing comes through; null while it does. */
  get brokenSince(): number | null {
    return this.#brokenSince;
  }

  /** Whether the server has been told. */
  heardOf(job: JobRecord, event: OutputEvent): boolean {
    return !this.#held.has(keyOf({ job, event }));
  }

  /** Keeps a report until it can be made. */
  hold(report: Report): void {
    this.#held.set(keyOf(report), report);
  }

  /** Looks at the way again; what can be told now because it is open again. */
  inspect(now: number): readonly Report[] {
    const broken =
      this.unreachable ||
      this.#faults.has('output-broken') ||
      this.#workforce.working('output-processor').length === 0;
    if (broken) {
      this.#brokenSince ??= now;
      return [];
    }
    this.#brokenSince = null;
    const reports = [...this.#held.values()];
    this.#held.clear();
    return reports;
  }

  /** What an allocation's agent has to tell that it has not told yet. */
  news(allocation: AllocationRecord, isNew: (nanoseconds: bigint) => boolean): readonly Report[] {
    const [task] = allocation.tasks ?? [];
    const news: Report[] = [];
    const { job } = allocation;
    const before = this.#told.get(allocation);
    if (before === undefined && task?.startedAt && isNew(task.startedAt)) {
      news.push({ job, event: 'task-started' });
    }
    if (before !== 'task-finished' && task?.finishedAt && isNew(task.finishedAt)) {
      news.push({ job, event: 'task-finished' });
    }
    const last = news.at(-1);
    if (last) this.#told.set(allocation, last.event);
    return news;
  }
}

function keyOf({ job, event }: Report): string {
  return `${job.id} ${event}`;
}
