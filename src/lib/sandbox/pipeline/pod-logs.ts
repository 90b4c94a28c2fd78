import type { LogLine, LogSource } from '../kubernetes/log-source.ts';
import { patternSource, SILENT } from '../kubernetes/log-source.ts';
import type { PipelineService } from './scenario.ts';
import type { Scribe } from './steps.ts';

const BEAT_EVERY_MS = 60_000;
/** When in a minute each service says that it is there, as in the operations guide's samples. */
const BEAT_AT_MS: Readonly<Partial<Record<PipelineService, number>>> = {
  dispatcher: 42_005,
  schedulerer: 7_896,
  'output-processor': 21_340,
};
/** How long a container lives that fails while it starts, to its last line. */
const FAILS_AFTER_MS = 400;

/** `Still running...`, each minute. legacy-dispatcher has no such line, nor have services that do not beat. */
export function beats(service: PipelineService, scribe: Scribe): LogSource {
  const offsetMs = BEAT_AT_MS[service];
  if (offsetMs === undefined) return SILENT;
  const text = (at: Date): string => scribe.ofItself(service, 'beat', at.getTime());
  return patternSource([{ everyMs: BEAT_EVERY_MS, offsetMs, text }]);
}

/** What a container writes that starts and fails; one that is killed writes no last word. */
export function failingStart(
  service: PipelineService,
  scribe: Scribe,
  startedAt: number,
  killed: boolean,
): LogSource {
  const at = startedAt + FAILS_AFTER_MS;
  return fixedSource([
    { at: startedAt, text: scribe.ofItself(service, 'starting', startedAt) },
    ...(killed ? [] : asLines(at, scribe.startFailed(service, at))),
  ]);
}

/** A text of several lines, all of one moment. */
export function asLines(at: number, text: string): LogLine[] {
  return text.split('\n').map((line) => ({ at, text: line }));
}

/** Lines that are known beforehand, or come to be known until somebody reads. */
export function fixedSource(lines: readonly LogLine[]): LogSource {
  return {
    between: (from, to) => lines.filter(({ at }) => at >= from && at < to),
    nextAt: (from) => {
      const due = lines.filter(({ at }) => at >= from).map(({ at }) => at);
      return due.length === 0 ? null : Math.min(...due);
    },
  };
}

/** Several sources as one, in the order of time. */
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

/** A source that stops at a moment, for as long as `ended` says so. */
export function endingAt(source: LogSource, moment: number, ended: () => boolean): LogSource {
  return {
    between: (from, to) =>
      ended() ? source.between(from, Math.min(to, moment)) : source.between(from, to),
    nextAt: (from) => (ended() && from >= moment ? null : source.nextAt(from)),
  };
}
