import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { GatherEvent, GatherPart } from './gather/events.ts';
import { gather } from './gather/gather.ts';
import type { GatherOptions, QueueSources } from './gather/sources.ts';
import type { QueueSnapshot } from './snapshot/snapshot.ts';

/** What was gathered, and what the rules make of it. */
export interface Look {
  readonly snapshot: QueueSnapshot;
  readonly diagnosis: Diagnosis;
}

/**
 * Gathers the evidence and judges it.
 *
 * @param onWaiting told of what has not been answered yet, whenever that changes
 * @throws AdminError as {@link gather}
 */
export async function look(
  sources: QueueSources,
  options: GatherOptions,
  onWaiting: (parts: readonly GatherPart[]) => void = () => undefined,
): Promise<Look> {
  const waiting = new Set<GatherPart>();
  for await (const event of gather(sources, options)) {
    if (event.kind === 'snapshot') {
      return { snapshot: event.snapshot, diagnosis: diagnose(event.snapshot) };
    }
    follow(event, waiting);
    onWaiting([...waiting]);
  }
  throw new Error('gathering ended without a snapshot');
}

function follow(event: Exclude<GatherEvent, { kind: 'snapshot' }>, waiting: Set<GatherPart>): void {
  if (event.kind === 'asking') waiting.add(event.part);
  else waiting.delete(event.part);
}
