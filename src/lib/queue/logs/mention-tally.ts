import { type Entry, KEPT_DETAILS } from './entry.ts';
import type { EvidenceLine } from './log-facts.ts';

/** What one container's log says of one build; moments in milliseconds of its node's clock. */
export class MentionTally {
  firstAt: number | null = null;
  lastAt: number | null = null;
  /** The first lines that name it, with their moments. */
  readonly lines: { readonly at: number | null; readonly line: EvidenceLine }[] = [];
  /** How many records name it. */
  named = 0;
  failed = false;
  failedAt: number | null = null;
  /** When the stage was done with it, the first time and the last. */
  firstEndedAt: number | null = null;
  endedAt: number | null = null;
  /** When it was last named by a record that is no error. */
  healthyAt: number | null = null;
  posted = false;

  /** A record names it. */
  name(entry: Entry): void {
    this.#see(entry);
    this.healthyAt = entry.at ?? this.healthyAt;
  }

  /** An error names it, or comes from the thread that works on it. */
  fail(entry: Entry, named: boolean): void {
    if (named) this.#see(entry);
    this.failed = true;
    this.failedAt = entry.at ?? this.failedAt;
  }

  /** The stage is done with it. */
  end(entry: Entry, posted: boolean): void {
    this.firstEndedAt ??= entry.at;
    this.endedAt = entry.at ?? this.endedAt;
    this.posted ||= posted;
  }

  #see({ at, line }: Entry): void {
    if (this.lines.some((seen) => seen.line === line)) return;
    this.named += 1;
    this.firstAt ??= at;
    this.lastAt = at ?? this.lastAt;
    if (this.lines.length < KEPT_DETAILS) this.lines.push({ at, line });
  }
}
