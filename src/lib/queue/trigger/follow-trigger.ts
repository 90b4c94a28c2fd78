import type { Clock, Milliseconds } from '../../clock.ts';
import type { TriggerApi } from '../../server/trigger-api.ts';
import { buildKey } from '../build-key.ts';
import type { Look } from '../look.ts';
import type { TriggeredBuild } from '../snapshot/snapshot.ts';
import { type TriggerEvent, triggerBuild, triggeredBuild } from './trigger.ts';

/** What happens while a build is started and followed; the last event is the last look. */
export type FollowTriggerEvent =
  | TriggerEvent
  /** It is not seen on a client yet: it is looked again after a while. */
  | { readonly kind: 'on-its-way'; readonly afterMs: Milliseconds }
  | { readonly kind: 'looked'; readonly look: Look };

/** How a build is started and followed. */
export interface FollowTriggerOptions {
  readonly project: string;
  readonly branch: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long it may take to its client. */
  readonly timeoutMs: Milliseconds;
}

const LOOK_EVERY: Milliseconds = 10_000;
/** The rules give a build a minute for every step: before this nothing is called lost. */
const PATIENCE: Milliseconds = 90_000;

/**
 * Starts a build, as the operations guide does before it looks at logs, and looks until it has
 * arrived on a client, stands still for a reason that the rules name, or the time is over.
 *
 * @throws AdminError as {@link triggerBuild} and `lookAt`
 */
export async function* followTrigger(
  api: TriggerApi,
  lookAt: (trigger: TriggeredBuild) => Promise<Look>,
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
    const look = await lookAt(triggeredBuild(newest, clock.now()));
    if (hasArrived(look) || clock.now().getTime() + LOOK_EVERY > until) {
      yield { kind: 'looked', look };
      return;
    }
    yield { kind: 'on-its-way', afterMs: LOOK_EVERY };
    await clock.sleep(LOOK_EVERY, signal);
  }
}

/** Whether Nomad runs it, or has run it. */
function hasArrived({ snapshot, facts }: Look): boolean {
  const { trigger } = snapshot;
  if (trigger === null || trigger.number === null) return false;
  const key = buildKey(trigger.project, trigger.number);
  const trail = facts.trails.find((one) => one.key === key);
  return trail?.jobs.some(({ startedAt }) => startedAt !== null) ?? false;
}
