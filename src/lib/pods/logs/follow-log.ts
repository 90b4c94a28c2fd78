import type { Clock, Milliseconds } from '../../clock.ts';
import { type AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Container, Pod } from '../../kubernetes/model.ts';
import { everyContainer, isDone } from '../containers.ts';
import type { LogCursor, LogLine } from './log-cursor.ts';
import { type LogSource, readLog } from './read-log.ts';

/** The requests to Kubernetes that following one container needs. */
export type FollowClient = Pick<KubernetesClient, 'podLogs' | 'getPod'>;

/** An event while a container's log is followed. */
export type FollowEvent =
  | { readonly kind: 'lines'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'note'; readonly text: string };

/** What following a log needs besides the client. */
export interface FollowContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when the pod has changed. */
  readonly changed: (pod: string, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE: Milliseconds = 250;
const MAX_PAUSE: Milliseconds = 10_000;
/** The number of consecutive failures without a line between them that are retried. */
const MAX_FAILURES = 20;
/**
 * A stream that lasted longer than any request waits for its response was open, and its log was
 * silent: load balancers close such connections. That does not count as a failure.
 */
const LONG_STREAM: Milliseconds = 45_000;

const GAP = 'lines may be missing here: the log was rotated while it could not be read';

/**
 * Follows a container's log across broken connections and restarts, until its pod is deleted, or
 * the pod or the container has ended permanently. The rest of a run that ended during an
 * interruption is read as the log of the previous run.
 *
 * @param restarts the container's number of restarts when the cursor was created
 * @throws AdminError as listed at KubernetesClient, if a retry cannot help or the retries are used
 *   up
 */
export async function* followLog(
  client: FollowClient,
  source: LogSource,
  cursor: LogCursor,
  restarts: number,
  context: FollowContext,
): AsyncGenerator<FollowEvent, void> {
  const { clock, signal } = context;
  let known = restarts;
  let failures = 0;
  let swept = false;
  let otherRun = false;
  const lines = async function* (options: { follow: boolean; previous?: boolean }) {
    for await (const read of readLog(client, source, cursor, { ...options, otherRun, signal })) {
      failures = 0;
      otherRun &&= options.previous === true;
      const gap = cursor.takeGap();
      if (gap && (options.previous || !(await hasRestarted(client, source, known, signal)))) {
        yield { kind: 'note', text: GAP } as const;
      }
      yield { kind: 'lines', lines: read } as const;
    }
  };
  for (;;) {
    signal.throwIfAborted();
    const begunAt = clock.now().getTime();
    const hasLasted = (): boolean => clock.now().getTime() - begunAt > LONG_STREAM;
    try {
      const pod = await presentPod(client, source, signal);
      if (pod === null) return yield { kind: 'note', text: 'is gone' };
      const container = everyContainer(pod).find(({ name }) => name === source.container);
      if (!container) return;
      if (container.restarts > known) {
        yield* missedRestarts(container.restarts - known);
        otherRun ||= container.restarts > known + 1;
        // The end of that run may have been read already: the cursor skips known lines.
        yield* orNothing(lines({ follow: false, previous: true }));
        otherRun = true;
        known = container.restarts;
        swept = false;
      }
      if (container.state === 'running') {
        swept = false;
        yield* lines({ follow: true });
        failures = hasLasted() ? 0 : failures + 1;
      } else {
        if (!swept) yield* orNothing(lines({ follow: false }));
        swept = hasEnded(container);
        if (isOver(pod) || isDone(pod, container)) {
          if (pod.deletedAt !== null) yield { kind: 'note', text: 'is gone' };
          return;
        }
        await nextChange(source.pod, context);
        continue;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (hasLasted()) failures = 0;
      if (!isTransient(error) || failures >= MAX_FAILURES) throw error;
      failures += 1;
      if (failures === 2)
        yield { kind: 'note', text: `the log stream was interrupted: ${error.message}` };
    }
    // Retry once without a pause: most interruptions affect a single stream.
    if (failures > 1) {
      await clock.sleep(Math.min(FIRST_PAUSE * 2 ** (failures - 2), MAX_PAUSE), signal);
    }
  }
}

/** Returns the pod; null if it was deleted, even if another pod has its name now. */
async function presentPod(
  client: FollowClient,
  source: LogSource,
  signal: AbortSignal,
): Promise<Pod | null> {
  try {
    const pod = await client.getPod(source.pod, signal);
    return pod.uid === source.uid ? pod : null;
  } catch (error) {
    if (isAdminError(error, 'notFound')) return null;
    throw error;
  }
}

/**
 * Whether the container was restarted or is gone. A new run may write lines before the pod's status
 * shows the restart.
 */
async function hasRestarted(
  client: FollowClient,
  source: LogSource,
  known: number,
  signal: AbortSignal,
): Promise<boolean> {
  const pod = await presentPod(client, source, signal);
  const container = pod && everyContainer(pod).find(({ name }) => name === source.container);
  return !container || container.restarts > known;
}

function* missedRestarts(restarts: number): Generator<FollowEvent, void> {
  if (restarts > 1) {
    const text = `restarted ${restarts} times in the meantime: only the log of the last run is available`;
    yield { kind: 'note', text };
  } else yield { kind: 'note', text: 'restarted' };
}

/** Yields nothing if the container does not have a log (yet or any more). */
async function* orNothing(events: AsyncIterable<FollowEvent>): AsyncGenerator<FollowEvent, void> {
  try {
    yield* events;
  } catch (error) {
    if (!hasNoLog(error)) throw error;
  }
}

/** Whether an error means that a container has no log, or none of its previous run. */
export function hasNoLog(error: unknown): error is AdminError {
  return (
    isAdminError(error) &&
    ['CONTAINER_WAITING', 'NO_PREVIOUS_LOG', 'POD_NOT_FOUND', 'LOG_GONE'].includes(error.code)
  );
}

function hasEnded({ state, lastTermination }: Container): boolean {
  return state === 'terminated' || (state === 'waiting' && lastTermination !== null);
}

function isOver({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

async function nextChange(pod: string, { clock, signal, changed }: FollowContext): Promise<void> {
  const either = new AbortController();
  const both = AbortSignal.any([signal, either.signal]);
  const quietly = (): undefined => undefined;
  try {
    await Promise.race([
      clock.sleep(MAX_PAUSE, both).catch(quietly),
      changed(pod, both).catch(quietly),
    ]);
  } finally {
    either.abort();
  }
}

function isTransient(error: unknown): error is AdminError {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}
