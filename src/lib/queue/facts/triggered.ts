import { buildKey } from '../build-key.ts';
import type { BuildTrail, QueueFacts } from './facts.ts';
import { uiStateOf } from './ui-state.ts';

/** Returns the trail of the build that was started for the diagnosis; null if there is none. */
export function triggeredTrail({ snapshot, trails }: QueueFacts): BuildTrail | null {
  const { trigger } = snapshot;
  if (trigger === null || trigger.number === null) return null;
  const key = buildKey(trigger.project, trigger.number);
  return trails.find((one) => one.key === key) ?? null;
}

/** Returns whether a build has reached Nomad, or is running or has ended according to the UI. */
export function hasArrived({ jobs, ui }: BuildTrail): boolean {
  const state = ui === null ? 'unknown' : uiStateOf(ui);
  return jobs.length > 0 || state === 'running' || state === 'ended';
}
