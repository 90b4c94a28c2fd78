import type { JobRecord } from '../nomad/records.ts';

/** The events that a build agent reports to the output-processor. */
export type OutputEvent = 'task-started' | 'task-finished';

/** A report of a build agent. */
export interface Report {
  readonly job: JobRecord;
  readonly event: OutputEvent;
}

/** The reports that build agents could not deliver to the server yet. */
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

  /** Returns whether a report is or was held, so that it was delivered late. */
  wasHeld(job: JobRecord, event: OutputEvent): boolean {
    return this.#ever.has(keyOf({ job, event }));
  }

  /** Returns all held reports for delivery, and clears them. */
  release(): readonly Report[] {
    const reports = [...this.#held.values()];
    this.#held.clear();
    return reports;
  }
}

function keyOf({ job, event }: Report): string {
  return `${job.id} ${event}`;
}
