import { type Entry, KEPT_DETAILS } from './entry.ts';
import type { EvidenceLine } from './log-facts.ts';

/** What one container's log contains about one build; times in milliseconds of its node's clock. */
export class MentionTally {
  firstAt: number | null = null;
  lastAt: number | null = null;
  /** The first lines that name it, with their times. */
  readonly lines: { readonly at: number | null; readonly line: EvidenceLine }[] = [];
  /** The parallel tasks that the log names. */
  readonly tasks = new Set<number>();
  /** Number of records that name it. */
  named = 0;
  failed = false;
  failedAt: number | null = null;
  /** When the stage first finished with the build; `endedAt` is the last time. */
  firstEndedAt: number | null = null;
  endedAt: number | null = null;
  /** Time of the last record that names it and is not an error. */
  healthyAt: number | null = null;
  posted = false;

  /** Adds a record that names the build. */
  name(entry: Entry): void {
    this.#addLine(entry);
    this.healthyAt = entry.at ?? this.healthyAt;
  }

  /** Adds an error that names the build, or that comes from the thread that works on it. */
  fail(entry: Entry, named: boolean): void {
    if (named) this.#addLine(entry);
    this.failed = true;
    this.failedAt = entry.at ?? this.failedAt;
  }

  /** Records that the stage finished with the build. */
  end(entry: Entry, posted: boolean): void {
    this.firstEndedAt ??= entry.at;
    this.endedAt = entry.at ?? this.endedAt;
    this.posted ||= posted;
  }

  #addLine({ at, line }: Entry): void {
    if (this.lines.some((seen) => seen.line === line)) return;
    this.named += 1;
    this.firstAt ??= at;
    this.lastAt = at ?? this.lastAt;
    if (this.lines.length < KEPT_DETAILS) this.lines.push({ at, line });
  }
}
