import type { NamedBuilds } from '../build-key.ts';
import type { Rank } from './levels.ts';
import type { EvidenceLine } from './log-facts.ts';
import type { RecordHead } from './record.ts';

/** How many lines of an entry are kept beside its own. */
export const KEPT_DETAILS = 5;

/** A record with all that belongs to it: its stack trace is folded into it as it is read. */
export interface Entry {
  readonly head: RecordHead;
  readonly rank: Rank | null;
  /** When it was written, by the clock of its node; null where that is not known. */
  readonly at: number | null;
  readonly line: EvidenceLine;
  /** When the newest line of it was written. */
  lastAt: number | null;
  /** Lines of stack trace. */
  frames: number;
  exception: string | null;
  readonly causes: string[];
  /** The first frames and the causes. */
  readonly details: EvidenceLine[];
  named: NamedBuilds;
  /** Builds that its thread was at work on, by key or ID, where it names none itself. */
  atWorkOn: readonly string[];
}

/** Keeps a line of what was folded: the first frames, and every cause in place of the last frame. */
export function keepDetail(entry: Entry, line: EvidenceLine, important: boolean): void {
  if (entry.details.length < KEPT_DETAILS) entry.details.push(line);
  else if (important) {
    const spare = entry.details.findLastIndex(({ text }) => /^\s+(?:at|File) /.test(text));
    if (spare === -1) return;
    entry.details.splice(spare, 1);
    entry.details.push(line);
  }
}
