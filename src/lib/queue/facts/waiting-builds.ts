import { known } from '../snapshot/evidence.ts';
import type { QueueFacts } from './facts.ts';
import { ageAt, serverNow } from './moments.ts';
import { STOPPED_AFTER_MS } from './stopped.ts';
import { uiStateOf } from './ui-state.ts';

/** Returns whether builds wait longer than they should; `unknown` if no source could be read. */
export function waitingState(facts: QueueFacts): 'some' | 'nobody' | 'unknown' {
  if (facts.stopped.length > 0) return 'some';
  const { server } = facts.snapshot;
  const listed = known(server.builds);
  const summary = known(server.summary);
  const now = serverNow(facts.snapshot);
  const late = listed?.some(
    (build) =>
      uiStateOf(build) === 'waiting' && (ageAt(now, build.queuedAt) ?? 0) > STOPPED_AFTER_MS,
  );
  if (late) return 'some';
  // An empty list of builds does not prove that none waits.
  return summary !== null || (listed !== null && listed.length > 0) ? 'nobody' : 'unknown';
}

/** Returns the number of waiting builds; null if no source could be read. */
export function countWaiting(facts: QueueFacts): number | null {
  const { server, nomad } = facts.snapshot;
  const summary = known(server.summary);
  if (summary?.usageQueue || summary?.runQueue) {
    return (summary.usageQueue?.builds ?? 0) + (summary.runQueue?.builds ?? 0);
  }
  const listed = known(server.builds);
  if (listed !== null && listed.length > 0) {
    return listed.filter((build) => uiStateOf(build) === 'waiting').length;
  }
  const jobs = known(nomad.jobs);
  const stopped = facts.stopped.length;
  if (jobs === null) return stopped > 0 ? stopped : null;
  return stopped + jobs.filter(({ status }) => status === 'pending').length;
}
