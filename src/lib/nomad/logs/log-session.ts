import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation } from '../model.ts';
import { explainLogError } from './log-errors.ts';
import { LineSplitter } from './log-lines.ts';
import { type LogClient, type LogContext, readLog } from './logs.ts';
import { merge } from './merge.ts';
import { hasStarted, waitUntilStarted } from './wait-for-task.ts';

/** One log of an allocation. */
export interface LogSource {
  readonly allocation: Allocation;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
}

/** The options of reading logs. */
export interface LogSessionOptions {
  readonly follow: boolean;
  /** The number of last lines to read of each log; null for all lines. */
  readonly tail: number | null;
  /** Whether to yield complete lines as text instead of bytes as they arrive. */
  readonly lines: boolean;
}

/** An item to display. */
export type LogItem =
  | { readonly kind: 'begin'; readonly source: LogSource }
  | { readonly kind: 'bytes'; readonly source: LogSource; readonly data: Uint8Array }
  | { readonly kind: 'line'; readonly source: LogSource; readonly text: string }
  | {
      readonly kind: 'note';
      /** Null if the note concerns a job that is not placed. */
      readonly source: LogSource | null;
      readonly text: string;
    };

/**
 * Reads logs one after the other; if they are followed, those of live allocations concurrently.
 *
 * @throws AdminError as {@link readLog}, with a hint how else to get the log
 */
export async function* readLogs(
  client: LogClient,
  sources: readonly LogSource[],
  options: LogSessionOptions,
  context: LogContext,
): AsyncGenerator<LogItem, void> {
  const live = (source: LogSource): boolean => options.follow && isLive(source.allocation);
  for (const source of sources.filter((source) => !live(source))) {
    yield* readSource(client, source, { ...options, follow: false }, context);
  }
  yield* merge(sources.filter(live).map((source) => readSource(client, source, options, context)));
}

async function* readSource(
  client: LogClient,
  source: LogSource,
  options: LogSessionOptions,
  context: LogContext,
): AsyncGenerator<LogItem, void> {
  yield { kind: 'begin', source };
  const { allocation, task, stream } = source;
  const splitter = new LineSplitter();
  try {
    if (options.follow && !hasStarted(allocation)) {
      yield { kind: 'note', source, text: 'It has not started yet: waiting.' };
      await waitUntilStarted(client, allocation.id, context);
    }
    const { follow, tail } = options;
    const log = { allocation: allocation.id, task, stream, follow, tail };
    for await (const event of readLog(client, log, context)) {
      if (event.kind === 'data') {
        if (!options.lines) yield { kind: 'bytes', source, data: event.data };
        else for (const text of splitter.push(event.data)) yield { kind: 'line', source, text };
      } else {
        const text = event.kind === 'broken' ? brokenText(event) : lostText(event.bytes);
        yield { kind: 'note', source, text };
      }
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw explainLogError(error, source);
  }
  for (const text of splitter.end()) yield { kind: 'line', source, text };
}

function brokenText(event: { readonly error: Error; readonly retryInMs: number }): string {
  return `The log stream was interrupted (${event.error.message}); retrying in ${event.retryInMs} ms.`;
}

function lostText(bytes: number | null): string {
  return bytes === null
    ? 'Part of the log may be missing: the client has deleted or rotated it.'
    : `${bytes} bytes of the log are missing: the client has rotated the log.`;
}
