import { AdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/model.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import { choosePods, noneChosen, type PodChoice } from '../choose-pods.ts';
import { everyContainer, isDone } from '../containers.ts';
import { judgePod } from '../judge.ts';
import { typedName } from '../typed-name.ts';
import { followSources } from './follow-sources.ts';
import { readHistory } from './history.ts';
import { LogCursor } from './log-cursor.ts';
import { LogWindow } from './log-window.ts';
import type { LogsContext, LogsOptions } from './logs-options.ts';
import type { SourcedLine } from './merge-lines.ts';
import type { LogSource } from './read-log.ts';

/** The requests to Kubernetes that reading logs of pods needs. */
export type LogsClient = Pick<
  KubernetesClient,
  'listPods' | 'watchPods' | 'getPod' | 'podLogs' | 'target'
>;

/** An event while logs are read. */
export type PodLogEvent =
  /** The first event. `alone` means that all lines are of one container of a pod that was named. */
  | { readonly kind: 'begun'; readonly alone: boolean }
  | { readonly kind: 'lines'; readonly lines: readonly SourcedLine<LogSource>[] }
  | {
      readonly kind: 'note';
      readonly source: LogSource | null;
      readonly text: string;
      /** Set if the log could not be read to its end. */
      readonly failed?: true;
    };

/** A container's log, and how far it was read. */
export interface TrackedLog {
  readonly source: LogSource;
  readonly cursor: LogCursor;
  /** The container's number of restarts when it was first seen. */
  readonly restarts: number;
}

/**
 * Yields the logs of all containers of the selected pods, merged by time. Ephemeral containers, and
 * init containers that succeeded, are read only if named. The existing lines come first. With
 * `follow`, new lines come after them, also those of pods that are created later (even if there
 * were none before), without lost or repeated lines despite broken connections and restarts.
 *
 * @throws AdminError as {@link choosePods}; `notFound` PODS_NOT_FOUND, NO_PREVIOUS_LOG;
 *   `validation` BAD_CONTAINER; `usage` TOO_MANY_STREAMS
 */
export async function* podLogs(
  client: LogsClient,
  catalogue: Catalogue,
  choice: PodChoice,
  options: LogsOptions,
  context: LogsContext,
): AsyncGenerator<PodLogEvent, void> {
  const { clock, signal } = context;
  const startedAt = clock.now();
  const pods = await choosePods(client, catalogue, choice, {
    signal,
    mayCome: options.follow,
    command: 'pods logs',
  });
  const newOnly = options.follow && options.tail === 0;
  const sinceMs = newOnly ? null : options.sinceMs;
  const logs = pods.flatMap((pod) =>
    trackedLogs(pod, catalogue, options.container, () =>
      sinceMs === null ? null : new LogWindow(sinceMs, clock),
    ),
  );
  refuse(pods, logs, options);
  yield { kind: 'begun', alone: isAlone(logs, choice) };
  if (pods.length === 0) {
    const text = 'No pod matches yet; its log will be shown when one starts';
    yield { kind: 'note', source: null, text };
  }
  for (const { source } of logs) {
    const pod = pods.find(({ uid }) => uid === source.uid);
    if (pod?.nodeName === null) yield { kind: 'note', source, text: unscheduled(pod) };
  }
  yield* readHistory(client, logs, options, context);
  if (!options.follow) return;
  const join = (pod: Pod): readonly TrackedLog[] => {
    if (isNewTo(pods, pod)) return trackedLogs(pod, catalogue, options.container, () => null, 0);
    const ms = newOnly ? 0 : sinceMs;
    return trackedLogs(pod, catalogue, options.container, () =>
      ms === null ? null : new LogWindow(ms, clock, startedAt),
    );
  };
  yield* followSources(client, { choice, catalogue, logs, join }, options, context);
}

/** Kubernetes answers with an empty log for a pod that is on no node yet. */
function unscheduled(pod: Pod): string {
  const { why, status } = judgePod(pod);
  return `has no log yet: ${why ?? status}`;
}

/**
 * Whether a pod was created after the listed ones. Compares only creation times, because this
 * machine's clock may differ from the cluster's.
 */
function isNewTo(pods: readonly Pod[], { uid, createdAt }: Pod): boolean {
  if (createdAt === null) return false;
  return pods.every((pod) => pod.uid !== uid && (pod.createdAt ?? createdAt) <= createdAt);
}

function trackedLogs(
  pod: Pod,
  catalogue: Catalogue,
  container: string | null,
  window: () => LogWindow | null,
  restarts?: number,
): readonly TrackedLog[] {
  const service = catalogue.serviceOf(pod)?.name ?? null;
  return everyContainer(pod)
    .filter((one) =>
      container === null
        ? !isDone(pod, one) && !pod.ephemeralContainers?.includes(one)
        : one.name === container,
    )
    .map((one) => ({
      source: { pod: pod.name, uid: pod.uid, container: one.name, service },
      cursor: new LogCursor(null, window()),
      restarts: restarts ?? one.restarts,
    }));
}

/**
 * Whether only one container is read, and its pod was named, so that no pod of another name can be
 * added.
 */
function isAlone(logs: readonly TrackedLog[], { names, services }: PodChoice): boolean {
  const [log, ...others] = logs;
  if (!log || others.length > 0 || names.length + services.length !== 1) return false;
  return names.some((name) => (typedName(name)?.name ?? name) === log.source.pod);
}

function refuse(
  pods: readonly Pod[],
  logs: readonly TrackedLog[],
  { container, maxStreams, follow }: LogsOptions,
): void {
  if (pods.length === 0 && !follow) throw noneChosen();
  if (pods.length > 0 && logs.length === 0) {
    const names = new Set(pods.flatMap(everyContainer).map(({ name }) => name));
    throw new AdminError('validation', `No container "${container}" in these pods`, {
      code: 'BAD_CONTAINER',
      hint: `Their containers are ${[...names].join(', ')}.`,
    });
  }
  if (logs.length > maxStreams) {
    throw new AdminError('usage', `This would read ${logs.length} logs at once`, {
      code: 'TOO_MANY_STREAMS',
      hint: `Select fewer pods, or increase the limit: --max-streams ${logs.length}`,
    });
  }
}
