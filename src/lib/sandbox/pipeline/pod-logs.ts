import type { LogLine, LogSource } from '../kubernetes/log-source.ts';
import { patternSource, SILENT } from '../kubernetes/log-source.ts';
import type { PipelineService } from './scenario.ts';
import type { LogWriter } from './steps.ts';

const BEAT_EVERY_MS = 60_000;
/**
 * The second of each minute at which a service logs its heartbeat, as in the operations guide's
 * samples.
 */
const BEAT_AT_MS: Readonly<Partial<Record<PipelineService, number>>> = {
  dispatcher: 42_005,
  schedulerer: 7_896,
  'output-processor': 21_340,
};
/** The time from a container's start to its last line if it fails while starting. */
const FAILS_AFTER_MS = 400;

/**
 * Returns the `Still running...` lines of every minute. legacy-dispatcher has none, nor do services
 * without heartbeats.
 */
export function heartbeats(service: PipelineService, logWriter: LogWriter): LogSource {
  const offsetMs = BEAT_AT_MS[service];
  if (offsetMs === undefined) return SILENT;
  const text = (at: Date): string => logWriter.ofItself(service, 'beat', at.getTime());
  return patternSource([{ everyMs: BEAT_EVERY_MS, offsetMs, text }]);
}

/**
 * Returns the lines of a container that starts and fails; if it is killed, there is no error line.
 */
export function failingStart(
  service: PipelineService,
  logWriter: LogWriter,
  startedAt: number,
  killed: boolean,
): LogSource {
  const at = startedAt + FAILS_AFTER_MS;
  return fixedSource([
    { at: startedAt, text: logWriter.ofItself(service, 'starting', startedAt) },
    ...(killed ? [] : asLines(at, logWriter.startFailed(service, at))),
  ]);
}

/** Splits a text into lines with the same time. */
export function asLines(at: number, text: string): LogLine[] {
  return text.split('\n').map((line) => ({ at, text: line }));
}

/** Returns a source of known lines; the list may grow until it is read. */
export function fixedSource(lines: readonly LogLine[]): LogSource {
  return {
    between: (from, to) => lines.filter(({ at }) => at >= from && at < to),
    nextAt: (from) => {
      const due = lines.filter(({ at }) => at >= from).map(({ at }) => at);
      return due.length === 0 ? null : Math.min(...due);
    },
  };
}

/** Merges several sources, ordered by time. */
export function merged(sources: readonly LogSource[]): LogSource {
  return {
    between: (from, to) =>
      sources.flatMap((source) => source.between(from, to)).sort((a, b) => a.at - b.at),
    nextAt: (from) => {
      const due = sources.flatMap((source) => source.nextAt(from) ?? []);
      return due.length === 0 ? null : Math.min(...due);
    },
  };
}

/** Returns a source that ends at a time while `ended` returns true. */
export function endingAt(source: LogSource, moment: number, ended: () => boolean): LogSource {
  return {
    between: (from, to) =>
      ended() ? source.between(from, Math.min(to, moment)) : source.between(from, to),
    nextAt: (from) => (ended() && from >= moment ? null : source.nextAt(from)),
  };
}
