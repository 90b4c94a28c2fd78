import type { Clock, Milliseconds } from '../../clock.ts';
import { type AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Container, Pod } from '../../kubernetes/model.ts';
import { everyContainer, isDone } from '../containers.ts';
import type { LogCursor, LogLine } from './log-cursor.ts';
import { type LogSource, readLog } from './read-log.ts';

/** What following one container asks for. */
export type FollowClient = Pick<KubernetesClient, 'podLogs' | 'getPod'>;

/** What happens while a container's log is followed. */
export type FollowEvent =
  | { readonly kind: 'lines'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'note'; readonly text: string };

/** What following stands on. */
export interface FollowContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when the pod has changed. */
  readonly changed: (pod: string, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE: Milliseconds = 250;
const LONGEST_PAUSE: Milliseconds = 10_000;
/** After so many failures without a line between them it is no passing trouble. */
const MOST_FAILURES = 20;
/**
 * A stream that has lasted longer than any request may wait for its answer was open, and its log only
 * silent: load balancers cut such connections. That counts as no failure.
 */
const LASTING: Milliseconds = 45_000;

const GAP = 'lines may be missing here: the log was rotated while it could not be read';

/**
 * Follows a container's log over broken connections and through its restarts, until its pod is
 * gone or has ended for good. Of a run that ended while nobody listened, the rest is read as the
 * log of the previous run.
 *
 * @param restarts how often the container had been restarted when the cursor was begun
 * @throws AdminError as the KubernetesClient, for what does not pass by itself
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
    const hasLasted = (): boolean => clock.now().getTime() - begunAt > LASTING;
    try {
      const pod = await presentPod(client, source, signal);
      if (pod === null) return yield { kind: 'note', text: 'is gone' };
      const container = everyContainer(pod).find(({ name }) => name === source.container);
      if (!container) return;
      if (container.restarts > known) {
        yield* missed(container.restarts - known);
        otherRun ||= container.restarts > known + 1;
        // Its end may have been read already: the cursor leaves out what was.
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
        if (isOver(pod) || isDone(pod, container)) return;
        await nextChange(source.pod, context);
        continue;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (hasLasted()) failures = 0;
      if (!mayPass(error) || failures >= MOST_FAILURES) throw error;
      failures += 1;
      if (failures === 2)
        yield { kind: 'note', text: `the log stream was interrupted: ${error.message}` };
    }
    // The first time at once: most streams break alone.
    if (failures > 1) {
      await clock.sleep(Math.min(FIRST_PAUSE * 2 ** (failures - 2), LONGEST_PAUSE), signal);
    }
  }
}

/** The pod; null when it is gone, or another of its name stands there. */
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

/** A new run may write before its pod's status tells of it. */
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

function* missed(restarts: number): Generator<FollowEvent, void> {
  if (restarts > 1) {
    const text = `restarted ${restarts} times in the meantime: only the log of the last run is available`;
    yield { kind: 'note', text };
  } else yield { kind: 'note', text: 'restarted' };
}

/** There may be no log yet, or none any more. */
async function* orNothing(events: AsyncIterable<FollowEvent>): AsyncGenerator<FollowEvent, void> {
  try {
    yield* events;
  } catch (error) {
    if (!hasNoLog(error)) throw error;
  }
}

/** Whether an error says that a container has no log (of that run). */
export function hasNoLog(error: unknown): error is AdminError {
  return (
    isAdminError(error) &&
    ['CONTAINER_WAITING', 'NO_PREVIOUS_LOG', 'POD_NOT_FOUND'].includes(error.code)
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
      clock.sleep(LONGEST_PAUSE, both).catch(quietly),
      changed(pod, both).catch(quietly),
    ]);
  } finally {
    either.abort();
  }
}

function mayPass(error: unknown): error is AdminError {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}
