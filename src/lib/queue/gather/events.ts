import type { Milliseconds } from '../../clock.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

/** The parts of a snapshot, as reported by progress. */
export type GatherPart =
  | 'pods'
  | 'workloads'
  | 'logs'
  | 'nomad-leader'
  | 'clients'
  | 'jobs'
  | 'agent-logs'
  | 'build-system'
  | 'recent-builds'
  | 'rabbitmq'
  | 'output-port';

/** The events of gathering a snapshot; the last one is the snapshot. */
export type GatherEvent =
  | { readonly kind: 'asking'; readonly part: GatherPart }
  | {
      readonly kind: 'answered';
      readonly part: GatherPart;
      readonly tookMs: Milliseconds;
      /** Whether every request for this part succeeded. */
      readonly ok: boolean;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: QueueSnapshot };

/** Updates the set of parts that have not been answered yet. */
export function follow(
  event: Exclude<GatherEvent, { readonly kind: 'snapshot' }>,
  waiting: Set<GatherPart>,
): void {
  if (event.kind === 'asking') waiting.add(event.part);
  else waiting.delete(event.part);
}
