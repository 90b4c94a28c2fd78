import type { KubernetesClient } from '../../kubernetes/client.ts';
import { LineCutter } from './line-cutter.ts';
import type { LogCursor, LogLine } from './log-cursor.ts';

/** A container whose log is read. */
export interface LogSource {
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  /** Of the catalogue; null where the pod is of no known service. */
  readonly service: string | null;
}

/** How a log is read once. */
export interface ReadOptions {
  readonly follow?: boolean;
  /** The log of the run before this one. */
  readonly previous?: boolean;
  /** It is not of the run that was read last. */
  readonly otherRun?: boolean;
  /** Only so many of the last lines. */
  readonly tail?: number | null;
  readonly signal: AbortSignal;
}

/**
 * One stream of a container's log: the lines that the cursor has not seen yet, as many at once as
 * came together. A stream that breaks throws; half a line at its end is left for the next one.
 *
 * @throws AdminError as the KubernetesClient's `podLogs`
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
  const cutter = new LineCutter();
  let lines: LogLine[] = [];
  const take = (sent: string, continued: boolean): void => {
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
}
