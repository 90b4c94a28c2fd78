import { isAdminError } from '../../errors.ts';
import type { Pod } from '../../kubernetes/model.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import { type PodChoice, podMatcher, selectorsOf } from '../choose-pods.ts';
import { Channel } from './channel.ts';
import { followLog } from './follow-log.ts';
import type { LogLine } from './log-cursor.ts';
import type { LogsContext, LogsOptions } from './logs-options.ts';
import { sortLines } from './merge-lines.ts';
import { PodBoard } from './pod-board.ts';
import type { LogsClient, PodLogEvent, TrackedLog } from './pod-logs.ts';
import type { LogSource } from './read-log.ts';

/** What to follow. */
export interface FollowedLogs {
  readonly choice: PodChoice;
  readonly catalogue: Catalogue;
  /** The logs that were read up to now. */
  readonly logs: readonly TrackedLog[];
  /** Returns the logs of a pod that was created or changed. */
  readonly join: (pod: Pod) => readonly TrackedLog[];
}

type FollowItem =
  | { readonly kind: 'lines'; readonly source: LogSource; readonly lines: readonly LogLine[] }
  | {
      readonly kind: 'note';
      readonly source: LogSource | null;
      readonly text: string;
      readonly failed?: true;
    };

/** The maximum text that is sorted and yielded at once, in UTF-16 code units. */
const MAX_TEXT = 1024 * 1024;

/**
 * Follows logs, including those of pods that are created later, until aborted or until all pods
 * have ended. Lines that arrive at the same time are sorted by time.
 *
 * @throws AdminError as listed at KubernetesClient, if a retry cannot help or the retries are used
 *   up
 */
export async function* followSources(
  client: LogsClient,
  followed: FollowedLogs,
  options: LogsOptions,
  context: LogsContext,
): AsyncGenerator<PodLogEvent, void> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const session = new Session(client, options, { clock: context.clock, signal });
  const watching = session.watch(followed);
  try {
    for await (const batch of session.channel.receive()) {
      for (const one of batch) if (one.kind === 'note') yield one;
      const lines = sortLines(batch.flatMap((one) => (one.kind === 'lines' ? one : [])));
      if (lines.length > 0) yield { kind: 'lines', lines };
    }
    context.signal.throwIfAborted();
  } finally {
    over.abort();
    session.channel.end();
    await Promise.allSettled([watching, ...session.workers]);
  }
}

/** Returns the size of lines in UTF-16 code units. */
function sizeOf(lines: readonly LogLine[]): number {
  return lines.reduce((size, { time, text }) => size + time.length + text.length, 0);
}

/** The streams of one call of {@link followSources}. */
class Session {
  readonly channel = new Channel<FollowItem>(MAX_TEXT);
  readonly workers = new Set<Promise<void>>();
  readonly #client: LogsClient;
  readonly #options: LogsOptions;
  readonly #context: LogsContext;
  readonly #board = new PodBoard();
  /** Keys of all containers that were followed at any time, including those that have ended. */
  readonly #known = new Set<string>();
  /** Logs that failed; the next change of their pod makes them followed again. */
  readonly #givenUp = new Map<string, TrackedLog>();
  #active = 0;

  constructor(client: LogsClient, options: LogsOptions, context: LogsContext) {
    this.#client = client;
    this.#options = options;
    this.#context = context;
  }

  /** Follows the given logs, and watches for pods to add. */
  async watch({ choice, catalogue, logs, join }: FollowedLogs): Promise<void> {
    const matches = podMatcher(choice, catalogue);
    for (const log of logs) this.#follow(log);
    const { signal } = this.#context;
    const selector = { ...selectorsOf(choice), fromStart: true, signal };
    try {
      for await (const change of this.#client.watchPods(selector)) {
        if (!matches(change.pod)) continue;
        this.#board.take(change);
        if (change.type !== 'DELETED') {
          for (const log of join(change.pod)) {
            if (this.#follow(log)) await this.#note(log.source, 'joins');
          }
        }
        this.#endWhereOver();
      }
    } catch (error) {
      this.channel.end({ error });
    }
  }

  /** Starts to follow a log. Returns whether it does. */
  #follow(joining: TrackedLog): boolean {
    const key = `${joining.source.uid}/${joining.source.container}`;
    const log = this.#givenUp.get(key) ?? joining;
    if (this.#known.has(key) && log === joining) return false;
    this.#known.add(key);
    this.#givenUp.delete(key);
    const { maxStreams } = this.#options;
    if (this.#active >= maxStreams) {
      void this.#note(
        log.source,
        `is not followed: the limit of ${maxStreams} logs is reached (--max-streams)`,
      );
      return false;
    }
    this.#active += 1;
    const worker = this.#work(log).catch((error: unknown) => this.#giveUp(key, log, error));
    this.workers.add(worker);
    void worker.finally(() => {
      this.workers.delete(worker);
      this.#active -= 1;
      this.#endWhereOver();
    });
    return true;
  }

  /** Reports the failure of one log as a note; ends with the error if it was the last log. */
  async #giveUp(key: string, log: TrackedLog, error: unknown): Promise<void> {
    if (this.#context.signal.aborted || !isAdminError(error) || this.#active === 1) {
      return this.channel.end({ error });
    }
    this.#givenUp.set(key, log);
    const text = `is no longer followed: ${error.message}`;
    const note = { kind: 'note', source: log.source, text, failed: true } as const;
    await this.channel.send(note, text.length);
  }

  async #work({ source, cursor, restarts }: TrackedLog): Promise<void> {
    const { grep } = this.#options;
    const context = {
      ...this.#context,
      changed: (pod: string, signal: AbortSignal) => this.#board.changed(pod, signal),
    };
    for await (const event of followLog(this.#client, source, cursor, restarts, context)) {
      if (event.kind === 'note') await this.#note(source, event.text);
      else {
        const lines = grep ? event.lines.filter(({ text }) => grep.test(text)) : event.lines;
        if (lines.length > 0)
          await this.channel.send({ kind: 'lines', source, lines }, sizeOf(lines));
      }
    }
  }

  #note(source: LogSource, text: string): Promise<void> {
    return this.channel.send({ kind: 'note', source, text }, text.length);
  }

  #endWhereOver(): void {
    if (this.#active === 0 && this.#board.over) this.channel.end();
  }
}
