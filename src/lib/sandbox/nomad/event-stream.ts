import type { ChangeSet, NomadState } from './state.ts';
import type { Dialect } from './version.ts';
import { allocationObject } from './wire/allocation.ts';
import { encodeGo, type WireObject } from './wire/encode.ts';
import { evaluationObject } from './wire/evaluation.ts';
import { jobObject } from './wire/job.ts';
import { nodeObject } from './wire/node.ts';

/** The number of entries that Nomad buffers for new subscribers (event_buffer_size). */
const BUFFER_SIZE = 100;

interface StreamEvent {
  readonly topic: 'Node' | 'Job' | 'Allocation' | 'Evaluation';
  readonly keys: readonly string[];
  readonly json: string;
}

interface StreamEntry {
  readonly index: number;
  readonly events: readonly StreamEvent[];
}

/** The keys of each topic that a subscriber wants; `*` matches all. */
export type Topics = ReadonlyMap<string, readonly string[]>;

/** The event stream's buffer (nomad/stream/event_broker.go). */
export class EventBuffer {
  readonly #dialect: Dialect;
  readonly #entries: StreamEntry[] = [];
  readonly #subscribers = new Set<(entry: StreamEntry) => void>();

  constructor(state: NomadState, dialect: Dialect) {
    this.#dialect = dialect;
    state.onChange((change) => this.#record(change));
  }

  /**
   * Calls `line` with the JSON of each entry that has events for these topics: first the buffered
   * entries from `index` on (0 for all), then new ones. Returns a function that ends the
   * subscription.
   */
  subscribe(topics: Topics, index: number, line: (json: string) => void): () => void {
    const send = (entry: StreamEntry): void => {
      const events = entry.events.filter((event) => matchesTopics(topics, event));
      if (events.length === 0) return;
      line(`{"Index":${entry.index},"Events":[${events.map(({ json }) => json).join(',')}]}\n`);
    };
    for (const entry of this.#entries) if (entry.index >= index) send(entry);
    this.#subscribers.add(send);
    return () => this.#subscribers.delete(send);
  }

  #record(change: ChangeSet): void {
    if (change.type === '') return;
    const events = this.#eventsOf(change);
    if (events.length === 0) return;
    const entry = { index: change.index, events };
    this.#entries.push(entry);
    if (this.#entries.length > BUFFER_SIZE) this.#entries.shift();
    for (const send of [...this.#subscribers]) send(entry);
  }

  #eventsOf(change: ChangeSet): readonly StreamEvent[] {
    const dialect = this.#dialect;
    // Nomad 1.0 reports a change of eligibility with the event type of a drain.
    const nodeType =
      change.type === 'NodeEligibility' && !dialect.since('1.1') ? 'NodeDrain' : change.type;
    const nodes = [...change.nodes].map((node) =>
      makeEvent(change, 'Node', nodeType, node.id, null, { Node: nodeObject(node, dialect) }),
    );
    const jobs = [...change.jobs].map((job) =>
      makeEvent(change, 'Job', change.type, job.id, null, { Job: jobObject(job, dialect) }),
    );
    const evaluations = [...change.evaluations].map((evaluation) =>
      makeEvent(change, 'Evaluation', change.type, evaluation.id, [evaluation.jobId, ''], {
        Evaluation: evaluationObject(evaluation, dialect),
      }),
    );
    const allocations = [...change.allocations].map((allocation) =>
      makeEvent(change, 'Allocation', change.type, allocation.id, [allocation.job.id, ''], {
        Allocation: allocationObject(allocation, dialect),
      }),
    );
    return change.type.startsWith('Job')
      ? [...jobs, ...evaluations, ...allocations]
      : [...nodes, ...evaluations, ...allocations, ...jobs];
  }
}

function makeEvent(
  change: ChangeSet,
  topic: StreamEvent['topic'],
  type: string,
  key: string,
  filterKeys: readonly string[] | null,
  payload: WireObject,
): StreamEvent {
  return {
    topic,
    keys: [key, ...(filterKeys ?? [])],
    json: encodeGo({
      Topic: topic,
      Type: type,
      Key: key,
      Namespace: topic === 'Node' ? '' : 'default',
      FilterKeys: filterKeys,
      Index: change.index,
      Payload: payload,
    }),
  };
}

function matchesTopics(topics: Topics, event: StreamEvent): boolean {
  const keys = [...(topics.get('*') ?? []), ...(topics.get(event.topic) ?? [])];
  return keys.some((key) => key === '*' || event.keys.includes(key));
}
