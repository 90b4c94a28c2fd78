import type { Milliseconds } from '../../clock.ts';
import { type AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { hasNoLog } from './follow-log.ts';
import type { LogLine } from './log-cursor.ts';
import { LogWindow } from './log-window.ts';
import type { LogsContext, LogsOptions } from './logs-options.ts';
import { mergeLines } from './merge-lines.ts';
import type { PodLogEvent, TrackedLog } from './pod-logs.ts';
import { readLog } from './read-log.ts';

const PAUSE: Milliseconds = 500;
/**
 * The number of consecutive failures that are retried if the log was read in part. A log of which
 * nothing was read is retried only once.
 */
const MAX_FAILURES = 4;

/**
 * Yields what the logs contain now, merged by time. Without `follow`, a container whose log is
 * missing or unreadable (its node may be lost) yields a note at the end.
 *
 * @throws AdminError `notFound` NO_PREVIOUS_LOG if no container has a previous log; as the
 *   KubernetesClient's `podLogs` if no log can be read
 */
export async function* readHistory(
  client: Pick<KubernetesClient, 'podLogs'>,
  logs: readonly TrackedLog[],
  options: LogsOptions,
  context: LogsContext,
): AsyncGenerator<PodLogEvent, void> {
  const without: { readonly log: TrackedLog; readonly error: AdminError }[] = [];
  const sources = logs.map((log) => ({
    source: log.source,
    batches: batchesOf(client, log, options, context, (error) => without.push({ log, error })),
  }));
  for await (const lines of mergeLines(sources)) yield { kind: 'lines', lines };
  if (without.length === logs.length) {
    const worst = without.find(({ error }) => options.previous || !hasNoLog(error));
    if (worst) throw worst.error;
  }
  if (options.follow) return;
  for (const { log, error } of without) {
    const note = { kind: 'note', source: log.source, text: error.message } as const;
    yield hasNoLog(error) ? note : { ...note, failed: true };
  }
}

/**
 * If only new lines are wanted, the last line is read but not yielded: everything after it is new,
 * regardless of any clock.
 */
async function* batchesOf(
  client: Pick<KubernetesClient, 'podLogs'>,
  { source, cursor }: TrackedLog,
  { previous, tail, grep, follow }: LogsOptions,
  { clock, signal }: LogsContext,
  withoutLog: (error: AdminError) => void,
): AsyncGenerator<readonly LogLine[], void> {
  const openedAt = clock.now();
  const newOnly = follow && tail === 0;
  for (let failures = 0; ; ) {
    const marks = newOnly && failures === 0 && !cursor.begun;
    try {
      // Once lines were read, the rest is requested by time.
      const last = marks ? 1 : newOnly || cursor.begun ? null : tail;
      const options = { previous, tail: last, signal };
      for await (const lines of readLog(client, source, cursor, options)) {
        failures = 0;
        if (!marks) yield grep === null ? lines : lines.filter(({ text }) => grep.test(text));
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAdminError(error)) throw error;
      failures += 1;
      const passing = isAdminError(error, 'service') || isAdminError(error, 'timeout');
      const maxFailures = cursor.begun ? MAX_FAILURES : 1;
      // Lines that are written until the log can be read are new too.
      if (marks && !hasNoLog(error)) cursor.window = new LogWindow(0, clock, openedAt);
      if (hasNoLog(error) || !passing || failures > maxFailures) return withoutLog(error);
    }
    await clock.sleep(PAUSE * failures, signal);
  }
}
