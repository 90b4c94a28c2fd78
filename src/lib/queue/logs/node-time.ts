import type { Milliseconds } from '../../clock.ts';
import type { LogLine, ReadLog } from '../snapshot/snapshot.ts';

/**
 * Returns when the kubelet received a line, in milliseconds of the node's clock; null if unknown.
 */
export function kubeletTimeOf(line: LogLine): number | null {
  if (line.time === '') return null;
  const at = Date.parse(line.time);
  return Number.isNaN(at) ? null : at;
}

/**
 * Estimates the current time on the node that wrote a log. Starts from this machine's time and
 * corrects it as far as the log contradicts it: no line is from the future, lines that the node
 * does not count as fresh are older than `freshMs`, and those that it does count are not.
 *
 * @param stamps the times of the log's lines, if already parsed
 */
export function estimateNodeTime(
  log: ReadLog,
  referenceNow: Date,
  freshMs: Milliseconds,
  stamps: readonly (number | null)[] = log.lines.map(kubeletTimeOf),
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
  // If these contradict each other, because the clock was set meanwhile: no line is from the
  // future.
  return new Date(Math.max(earliest, Math.min(latest, reference)));
}
