import { digestLogs } from '../../../../src/lib/queue/logs/digest.ts';
import type { StageLogFacts } from '../../../../src/lib/queue/logs/log-facts.ts';
import type { LogLine, ReadLog, StageLog } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import type { Stage } from '../../../../src/lib/queue/stages.ts';

/** The current time in these tests. */
export const NOW = new Date('2021-01-20T06:20:00Z');
/** The fresh window in these tests. */
export const FRESH_MS = 180_000;

/** A line written this many seconds ago. */
export function written(secondsAgo: number, text: string, aheadMs = 0): LogLine {
  return { time: new Date(NOW.getTime() - secondsAgo * 1_000 + aheadMs).toISOString(), text };
}

/** The log of a container, on a node whose clock is ahead. */
export function logOf(
  stage: Stage,
  lines: readonly LogLine[],
  more: Partial<ReadLog> & { readonly pod?: string; readonly previous?: boolean } = {},
  aheadMs = 0,
): StageLog {
  const { pod = 'pod-1', previous = false, ...rest } = more;
  const fresh = lines.filter(
    ({ time }) => NOW.getTime() + aheadMs - Date.parse(time) <= FRESH_MS,
  ).length;
  const value: ReadLog = { lines, cut: false, fresh, startedAt: null, ...rest };
  const log = { status: 'known', value, tookMs: 1 } as const;
  return { stage, pod, container: 'main', previous, log };
}

/** The facts from a stage's logs, without further context. */
export function digest(stage: Stage, ...logs: readonly StageLog[]): StageLogFacts {
  return digestLogs(logs, { stage, now: NOW, freshMs: FRESH_MS });
}

/** The facts from lines written some minutes ago, ten milliseconds apart. */
export function digestTexts(stage: Stage, texts: readonly string[]): StageLogFacts {
  const lines = texts.map((text, index) => written(240 - index / 100, text));
  return digest(stage, logOf(stage, lines));
}
