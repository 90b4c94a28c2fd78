import type { NamedBuilds } from '../build-key.ts';
import type { Rank } from './levels.ts';
import type { EvidenceLine } from './log-facts.ts';
import type { RecordHead } from './record.ts';

/** The maximum number of lines kept of an entry in addition to its first. */
export const KEPT_DETAILS = 5;

/** A record together with the stack trace that follows it, which is added as it is read. */
export interface Entry {
  readonly head: RecordHead;
  readonly rank: Rank | null;
  /** Time by the node's clock, in milliseconds; null if unknown. */
  readonly at: number | null;
  readonly line: EvidenceLine;
  /** Time of its newest line. */
  lastAt: number | null;
  /** Number of lines of stack trace. */
  frames: number;
  exception: string | null;
  readonly causes: string[];
  /** The first frames and the causes. */
  readonly details: EvidenceLine[];
  named: NamedBuilds;
  /** Keys or IDs of the builds that its thread was working on, if it names none itself. */
  atWorkOn: readonly string[];
}

/**
 * Keeps a line of a stack trace: the first frames, and each cause, if necessary instead of the last
 * frame kept.
 */
export function keepDetail(entry: Entry, line: EvidenceLine, important: boolean): void {
  if (entry.details.length < KEPT_DETAILS) entry.details.push(line);
  else if (important) {
    const spare = entry.details.findLastIndex(({ text }) => /^\s+(?:at|File) /.test(text));
    if (spare === -1) return;
    entry.details.splice(spare, 1);
    entry.details.push(line);
  }
}
