import type { Clock, Milliseconds } from '../../clock.ts';
import type { TriggerApi } from '../../server/trigger-api.ts';
import { buildKey } from '../build-key.ts';
import type { QueueInspection } from '../inspect-queue.ts';
import type { TriggeredBuild } from '../snapshot/snapshot.ts';
import { type TriggerEvent, triggerBuild, triggeredBuild } from './trigger.ts';

/** An event while a build is started and followed; the last event is the last inspection. */
export type FollowTriggerEvent =
  | TriggerEvent
  /** The build has not reached a client yet: it is looked up again after a pause. */
  | { readonly kind: 'on-its-way'; readonly afterMs: Milliseconds }
  | { readonly kind: 'looked'; readonly inspection: QueueInspection };

/** The options of {@link followTrigger}. */
export interface FollowTriggerOptions {
  readonly project: string;
  readonly branch: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the build may take to reach its client. */
  readonly timeoutMs: Milliseconds;
}

const INSPECT_EVERY: Milliseconds = 10_000;
/** The rules allow a build a minute for each step: earlier, nothing is reported as lost. */
const PATIENCE: Milliseconds = 90_000;

/**
 * Starts a build, as the operations guide does before reading logs, and looks repeatedly until it
 * has started on a client or the time is over.
 *
 * @throws AdminError like {@link triggerBuild} and `lookAt`
 */
export async function* followTrigger(
  api: TriggerApi,
  inspect: (trigger: TriggeredBuild) => Promise<QueueInspection>,
  options: FollowTriggerOptions,
): AsyncGenerator<FollowTriggerEvent, void> {
  const { clock, signal, timeoutMs } = options;
  const until = clock.now().getTime() + Math.min(timeoutMs, PATIENCE);
  let newest: TriggerEvent | null = null;
  for await (const event of triggerBuild(api, options)) {
    newest = event;
    yield event;
  }
  if (newest === null) throw new Error('Starting a build reported no result');
  for (;;) {
    const inspection = await inspect(triggeredBuild(newest, clock.now()));
    if (hasArrived(inspection) || clock.now().getTime() + INSPECT_EVERY > until) {
      yield { kind: 'looked', inspection };
      return;
    }
    yield { kind: 'on-its-way', afterMs: INSPECT_EVERY };
    await clock.sleep(INSPECT_EVERY, signal);
  }
}

/** Returns whether Nomad has started the build. */
function hasArrived({ snapshot, facts }: QueueInspection): boolean {
  const { trigger } = snapshot;
  if (trigger === null || trigger.number === null) return false;
  const key = buildKey(trigger.project, trigger.number);
  const trail = facts.trails.find((one) => one.key === key);
  return trail?.jobs.some(({ startedAt }) => startedAt !== null) ?? false;
}
