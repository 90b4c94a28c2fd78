import { AdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { saysLogIsGone } from '../../kubernetes/kubelet-message.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogCursor, LogLine } from './log-cursor.ts';

/** Identifies a container whose log is read. */
export interface LogSource {
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  /** The name in the catalogue; null for an unknown service. */
  readonly service: string | null;
}

/** Options for one stream of a log. */
export interface ReadOptions {
  readonly follow?: boolean;
  /** Whether to read the log of the previous run. */
  readonly previous?: boolean;
  /** Whether the log is of another run than the one that was read last. */
  readonly otherRun?: boolean;
  /** The number of last lines to read; null for all. */
  readonly tail?: number | null;
  readonly signal: AbortSignal;
}

/**
 * Reads one stream of a container's log, and yields the lines that are new to the cursor, one batch
 * per chunk. A broken stream throws; if it is followed, an incomplete last line is left to the next
 * stream.
 *
 * @throws AdminError as the KubernetesClient's `podLogs`; `notFound` LOG_GONE if the node has
 *   deleted the log, and it is not followed
 */
export async function* readLog(
  client: Pick<KubernetesClient, 'podLogs'>,
  { pod, container }: Pick<LogSource, 'pod' | 'container'>,
  cursor: LogCursor,
  options: ReadOptions,
): AsyncGenerator<readonly LogLine[], void> {
  const { follow = false, previous = false, tail = null, signal } = options;
  const since = cursor.since();
  const seconds = cursor.begun ? null : (cursor.window?.seconds() ?? null);
  cursor.open(tail !== null || seconds !== null, !options.otherRun);
  const stream = client.podLogs({
    ...{ pod, container, follow, previous, timestamps: true, signal },
    ...(tail === null ? {} : { tailLines: tail }),
    ...(since === null ? {} : { sinceTime: since }),
    ...(seconds === null ? {} : { sinceSeconds: seconds }),
  });
  const decoder = new TextDecoder();
  const cutter = new LineSplitter();
  let lines: LogLine[] = [];
  let gone = false;
  const take = (sent: string, continued: boolean): void => {
    if (!continued && saysLogIsGone(sent)) {
      gone = true;
      return;
    }
    const line = cursor.take(sent, continued);
    if (line) lines.push(line);
  };
  for await (const chunk of stream) {
    cutter.push(decoder.decode(chunk, { stream: true }), take);
    if (lines.length > 0) yield lines;
    lines = [];
  }
  if (follow) return;
  cutter.end(take);
  if (lines.length > 0) yield lines;
  if (gone) throw logGone(pod, container);
}

function logGone(pod: string, container: string): AdminError {
  const what = `The log of container ${container} of pod ${pod} is no longer on its node`;
  return new AdminError('notFound', what, {
    code: 'LOG_GONE',
    hint: `The container was deleted. For the reason: circleci-admin pods describe ${pod}`,
  });
}
