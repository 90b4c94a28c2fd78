import type { Milliseconds } from '../../clock.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

/** What is asked for, as progress tells it. */
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

/** What is told while a snapshot is gathered; the last event is the snapshot. */
export type GatherEvent =
  | { readonly kind: 'asking'; readonly part: GatherPart }
  | {
      readonly kind: 'answered';
      readonly part: GatherPart;
      readonly tookMs: Milliseconds;
      /** Nothing that was asked for failed. */
      readonly ok: boolean;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: QueueSnapshot };

/** Keeps up which parts have not been answered yet. */
export function follow(
  event: Exclude<GatherEvent, { readonly kind: 'snapshot' }>,
  waiting: Set<GatherPart>,
): void {
  if (event.kind === 'asking') waiting.add(event.part);
  else waiting.delete(event.part);
}
