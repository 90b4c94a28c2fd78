import type { Milliseconds } from '../../clock.ts';
import type { LogLine, ReadLog } from '../snapshot/snapshot.ts';

/** When the kubelet took a line, in milliseconds of its node's clock; null where it does not say. */
export function stampOf(line: LogLine): number | null {
  if (line.time === '') return null;
  const at = Date.parse(line.time);
  return Number.isNaN(at) ? null : at;
}

/**
 * What time it is on the node that wrote a log. This machine's idea of it is only taken as far as the
 * log does not prove it wrong: no line is of the future, lines that the node does not count among the
 * fresh ones are older than that, and those that it counts are not.
 *
 * @param stamps those of the log's lines, where they were read already
 */
export function nodeNow(
  log: ReadLog,
  referenceNow: Date,
  freshMs: Milliseconds,
  stamps: readonly (number | null)[] = log.lines.map(stampOf),
): Date {
  let earliest = Number.NEGATIVE_INFINITY;
  let latest = Number.POSITIVE_INFINITY;
  const firstFresh = log.lines.length - log.fresh;
  stamps.forEach((at, index) => {
    if (at === null) return;
    if (index < firstFresh) earliest = Math.max(earliest, at + freshMs);
    else {
      earliest = Math.max(earliest, at);
      latest = Math.min(latest, at + freshMs);
    }
  });
  const reference = referenceNow.getTime();
  // Where the two contradict each other (a clock that was set meanwhile), no line may be of the future.
  return new Date(Math.max(earliest, Math.min(latest, reference)));
}
