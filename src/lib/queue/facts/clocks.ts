import type { Milliseconds } from '../../clock.ts';
import { estimateNodeTime } from '../logs/node-time.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES, type Stage } from '../stages.ts';
import { kubernetesNow } from './moments.ts';

/** A larger clock error affects which lines the node counts as fresh. */
const MAX_CLOCK_ERROR_MS: Milliseconds = 5_000;

/**
 * Returns the stages whose nodes' clocks agree with the cluster's. Reads the timestamps of all log
 * lines.
 */
export function rightClocksIn(snapshot: QueueSnapshot): ReadonlySet<Stage> {
  const now = kubernetesNow(snapshot);
  const isRight = (stage: Stage): boolean =>
    snapshot.logs.every(({ stage: own, log }) => {
      if (own !== stage || log.status !== 'known') return true;
      const there = estimateNodeTime(log.value, now, snapshot.freshMs);
      return Math.abs(there.getTime() - now.getTime()) <= MAX_CLOCK_ERROR_MS;
    });
  return new Set(STAGES.filter(isRight));
}
