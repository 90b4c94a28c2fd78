import type { JobRecord } from '../nomad/records.ts';

/** What a build agent tells the output-processor. */
export type OutputEvent = 'task-started' | 'task-finished';

/** Something that a build agent has to tell. */
export interface Report {
  readonly job: JobRecord;
  readonly event: OutputEvent;
}

/** What build agents could not tell the server yet. */
export class HeldReports {
  readonly #held = new Map<string, Report>();
  readonly #ever = new Set<string>();

  hold(report: Report): void {
    this.#held.set(keyOf(report), report);
    this.#ever.add(keyOf(report));
  }

  has(job: JobRecord, event: OutputEvent): boolean {
    return this.#held.has(keyOf({ job, event }));
  }

  /** Whether it was held, or is: then it was told later than it happened. */
  hasHad(job: JobRecord, event: OutputEvent): boolean {
    return this.#ever.has(keyOf({ job, event }));
  }

  /** Hands everything out, to be told now. */
  release(): readonly Report[] {
    const reports = [...this.#held.values()];
    this.#held.clear();
    return reports;
  }
}

function keyOf({ job, event }: Report): string {
  return `${job.id} ${event}`;
}
