import type { Clock, Milliseconds } from '../../clock.ts';
import { type AdminError, isAdminError } from '../../errors.ts';
import type { LogRequest, NomadClient } from '../client.ts';
import { LogCursor } from './log-cursor.ts';
import { countTail, readTail } from './log-tail.ts';
import { waitUntilEnded } from './wait-for-task.ts';

/** The part of the Nomad client that reads a log. */
export type LogClient = Pick<NomadClient, 'access' | 'logs' | 'allocation'>;

/** The log to read: one output stream of a task. */
export interface LogRead extends Pick<LogRequest, 'allocation' | 'task' | 'stream' | 'follow'> {
  /** The number of last lines to read; null for the whole log. */
  readonly tail: number | null;
}

/** An event while a log is read. */
export type LogEvent =
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** The stream was interrupted and is resumed. */
  | { readonly kind: 'broken'; readonly error: AdminError; readonly retryInMs: Milliseconds }
  /**
   * Nomad deleted bytes before they were read. `bytes` is null if it is unknown how many, if any.
   */
  | { readonly kind: 'lost'; readonly bytes: number | null };

/** The clock and the abort signal for reading a log. */
export interface LogContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const MAX_FAILURES = 8;
/** The limit for a log that Nomad answers with an error of its own before anything was read. */
const FEW_FAILURES = 3;
const FIRST_PAUSE: Milliseconds = 250;
const MAX_PAUSE: Milliseconds = 10_000;
/**
 * While the pod of the Nomad server is replaced, it does not exist, and then does not know any
 * allocation until it has read its state.
 */
const SERVER_ABSENT: ReadonlySet<string> = new Set([
  'NOMAD_POD_NOT_FOUND',
  'NOMAD_ALLOCATION_NOT_FOUND',
]);
/** The maximum delay between the end of a task and the end of writing its log. */
const SETTLE: Milliseconds = 500;

/**
 * Reads a task's log byte by byte, across interrupted streams and rotated files. Following ends
 * when the allocation has ended and its log is read completely; Nomad itself would never end the
 * stream.
 *
 * @throws AdminError as {@link NomadClient}, after several attempts for errors that may be
 *   temporary
 */
export async function* readLog(
  client: LogClient,
  log: LogRead,
  context: LogContext,
): AsyncGenerator<LogEvent, void> {
  const reader = new LogReader(client, log, context);
  if (log.tail !== null) {
    yield* reader.tail(log.tail);
    if (!log.follow) return;
  }
  if (log.follow) yield* reader.follow();
  else yield* reader.toEnd();
}

class LogReader {
  readonly #client: LogClient;
  readonly #log: LogRead;
  readonly #context: LogContext;
  readonly #cursor = new LogCursor();
  #failures = 0;

  constructor(client: LogClient, log: LogRead, context: LogContext) {
    this.#client = client;
    this.#log = log;
    this.#context = context;
  }

  async *tail(lines: number): AsyncGenerator<LogEvent, void> {
    const { allocation, task, stream } = this.#log;
    const { signal } = this.#context;
    for (;;) {
      try {
        const read = this.#log.follow && this.#client.access === 'exec' ? countTail : readTail;
        const tail = await read(this.#client, { allocation, task, stream, signal }, lines);
        this.#cursor.moveTo(tail);
        if (tail.data.length > 0) yield { kind: 'data', data: tail.data };
        this.#failures = 0;
        return;
      } catch (error) {
        yield* this.#recover(error);
      }
    }
  }

  /** Reads the existing log and ends. */
  async *toEnd(): AsyncGenerator<LogEvent, void> {
    for (;;) {
      try {
        const complete = yield* this.#stream(false, this.#context.signal);
        if (complete && this.#cursor.endReached()) return;
      } catch (error) {
        yield* this.#recover(error);
      }
    }
  }

  async *follow(): AsyncGenerator<LogEvent, void> {
    const { clock, signal } = this.#context;
    const watch = new AbortController();
    const over = new AbortController();
    const watching = waitUntilEnded(this.#client, this.#log.allocation, {
      clock,
      signal: AbortSignal.any([signal, watch.signal]),
    }).then(() => over.abort());
    // Without permission to read the allocation, the log can be followed, but does not end.
    watching.catch(() => undefined);
    try {
      while (!over.signal.aborted) {
        try {
          const complete = yield* this.#stream(true, AbortSignal.any([signal, over.signal]));
          // Nomad does not end a followed stream; something in between did.
          if (complete && !over.signal.aborted) await clock.sleep(this.#pause(), signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!over.signal.aborted) yield* this.#recover(error, SERVER_ABSENT);
        }
      }
    } finally {
      watch.abort();
    }
    signal.throwIfAborted();
    try {
      yield* this.toEnd();
      await clock.sleep(SETTLE, signal);
      yield* this.toEnd();
    } catch (error) {
      // The client deleted the log as soon as the build had ended.
      if (!isAdminError(error, 'notFound') || !this.#cursor.begun) throw error;
      yield { kind: 'lost', bytes: null };
    }
  }

  /** Reads one stream; returns whether it ended by itself. */
  async *#stream(follow: boolean, signal: AbortSignal): AsyncGenerator<LogEvent, boolean> {
    const { allocation, task, stream } = this.#log;
    const start = this.#cursor.start();
    for await (const chunk of this.#client.logs({
      ...{ allocation, task, stream, follow, signal },
      ...start,
    })) {
      const step = this.#cursor.take(chunk);
      if (step.kind === 'again') return false;
      if (step.kind === 'known') continue;
      this.#failures = 0;
      if (step.lost !== undefined) yield { kind: 'lost', bytes: step.lost };
      yield { kind: 'data', data: step.data };
    }
    return true;
  }

  /** Waits before the next attempt; throws errors that are not temporary. */
  async *#recover(
    error: unknown,
    temporary: ReadonlySet<string> = new Set(),
  ): AsyncGenerator<LogEvent, void> {
    const { clock, signal } = this.#context;
    signal.throwIfAborted();
    if (!isAdminError(error)) throw error;
    const returns = this.#cursor.begun && temporary.has(error.code);
    if (!returns && !isTransient(error)) throw error;
    const maxFailures =
      this.#cursor.begun || error.code !== 'NOMAD_ERROR' ? MAX_FAILURES : FEW_FAILURES;
    if (this.#failures >= maxFailures) throw error;
    // A client that is unreachable from the start will not become reachable within seconds.
    if (!this.#cursor.begun && error.code === 'NOMAD_CLIENT_UNREACHABLE') throw error;
    const retryInMs = this.#pause();
    yield { kind: 'broken', error, retryInMs };
    await clock.sleep(retryInMs, signal);
  }

  #pause(): Milliseconds {
    this.#failures += 1;
    return Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), MAX_PAUSE);
  }
}

function isTransient(error: unknown): error is AdminError {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}
