import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import { keepTrying, type Patience } from '../../keep-trying.ts';
import type { NomadClient, WatchOptions } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, AllocationId, NodeId } from '../model.ts';
import type { Observation, SeenEnd } from './drain-progress.ts';
import { listLive, listNodes, orForgotten } from './drain-targets.ts';

/** What watching a drain asks of Nomad. */
export type DrainReader = Pick<
  NomadClient,
  'nodes' | 'node' | 'nodeAllocations' | 'allocations' | 'allocation'
>;

/** How a drain is watched. */
export interface WatchDrain extends Patience {
  /** What was live on each client before its drain was set: what ends at once is missed otherwise. */
  readonly before: ReadonlyMap<NodeId, readonly Allocation[]>;
}

/** A client and what was seen of it. */
export interface ClientObservation {
  readonly id: NodeId;
  readonly seen: Observation;
}

/** How long the server may hold a request of ours. */
const HOLD_MS: Milliseconds = 30_000;
/** A burst of changes is read once, after so long. */
const SETTLE_MS: Milliseconds = 250;
/** Between two reads where the server cannot hold one, or many clients are watched. */
const POLL_MS: Milliseconds = 5_000;
const READS_AT_ONCE = 10;

/**
 * Watches one client: two blocking queries wake it up, and then its state is read anew, the node
 * first and its allocations after it. So "the drain is over, and nothing is live" is seen in the
 * order that proves it.
 */
export async function* watchClient(
  nomad: DrainReader,
  id: NodeId,
  options: WatchDrain,
): AsyncGenerator<ClientObservation, void> {
  const { signal, clock } = options;
  let before = byId(options.before.get(id) ?? []);
  for (;;) {
    const look = await keepTrying(() => lookAt(nomad, id, before, options), options);
    yield { id, seen: look.seen };
    before = byId(look.seen.live);
    await untilChanged(nomad, id, look.index, options);
    await clock.sleep(SETTLE_MS, signal);
  }
}

/**
 * Watches many clients by two lists for all of them; only those whose drain is over are read one by
 * one.
 *
 * @param open the clients that are still of interest, asked before every read
 */
export async function* watchClients(
  nomad: DrainReader,
  open: () => readonly NodeId[],
  options: WatchDrain,
): AsyncGenerator<ClientObservation, void> {
  let before = new Map([...options.before].map(([id, live]) => [id, byId(live)]));
  for (;;) {
    const seen = await keepTrying(() => lookAtAll(nomad, open(), before, options), options);
    yield* seen;
    before = new Map(seen.map((client) => [client.id, byId(client.seen.live)]));
    await options.clock.sleep(POLL_MS, options.signal);
  }
}

type LiveAllocations = ReadonlyMap<AllocationId, Allocation>;

interface Look {
  readonly seen: Observation;
  readonly index: { readonly node: number | null; readonly allocations: number | null };
}

async function lookAt(
  nomad: DrainReader,
  id: NodeId,
  before: LiveAllocations,
  options: WatchDrain,
): Promise<Look> {
  const { signal } = options;
  const node = await orForgotten(nomad.node(id, { signal }));
  const allocations = await orForgotten(nomad.nodeAllocations(id, { signal }));
  const all = byId(allocations?.value ?? []);
  const live = [...all.values()].filter(isLive);
  const ended = await readEnds(nomad, before, live, all, signal);
  return {
    seen: { at: options.clock.now(), node: node?.value ?? null, live, ended },
    index: { node: node?.index ?? null, allocations: allocations?.index ?? null },
  };
}

async function lookAtAll(
  nomad: DrainReader,
  ids: readonly NodeId[],
  before: ReadonlyMap<NodeId, LiveAllocations>,
  options: WatchDrain,
): Promise<readonly ClientObservation[]> {
  const { signal } = options;
  const nodes = await listNodes(nomad, ids, (node) => !node.draining, { signal });
  const live = await listLive(nomad, ids, { signal });
  return mapBounded(ids, READS_AT_ONCE, async (id) => {
    const now = live.get(id) ?? [];
    const ended = await readEnds(nomad, before.get(id) ?? new Map(), now, new Map(), signal);
    const seen = { at: options.clock.now(), node: nodes.get(id) ?? null, live: now, ended };
    return { id, seen };
  });
}

/** What was live before and is no more, with how it ended: that stands in its task events. */
async function readEnds(
  nomad: Pick<NomadClient, 'allocation'>,
  before: LiveAllocations,
  live: readonly Allocation[],
  known: LiveAllocations,
  signal: AbortSignal,
): Promise<readonly SeenEnd[]> {
  const still = new Set(live.map((allocation) => allocation.id));
  const gone = [...before.values()].filter((allocation) => !still.has(allocation.id));
  return mapBounded(gone, READS_AT_ONCE, async (last) => {
    const listed = known.get(last.id);
    if (listed?.tasks) return { last, final: listed };
    const read = await orForgotten(nomad.allocation(last.id, { signal }));
    return { last, final: read?.value ?? listed ?? null };
  });
}

/** Returns when the node or its allocations have changed, and now and then without a change. */
async function untilChanged(
  nomad: DrainReader,
  id: NodeId,
  index: Look['index'],
  options: WatchDrain,
): Promise<void> {
  const { signal, clock } = options;
  if (index.node === null || index.allocations === null) return clock.sleep(POLL_MS, signal);
  const other = new AbortController();
  const hold = (from: number): WatchOptions => ({
    index: from,
    wait: HOLD_MS,
    signal: AbortSignal.any([signal, other.signal]),
  });
  const waits = [
    nomad.node(id, hold(index.node)),
    nomad.nodeAllocations(id, hold(index.allocations)),
  ];
  try {
    await Promise.race(waits);
  } catch {
    // A wait is only a wake-up: where something on the way cuts long requests, the drain is polled,
    // and a server that really fails says so to the read that follows.
    signal.throwIfAborted();
    await clock.sleep(POLL_MS, signal);
  } finally {
    other.abort();
    await Promise.allSettled(waits);
  }
}

function byId(allocations: readonly Allocation[]): LiveAllocations {
  return new Map(allocations.map((allocation) => [allocation.id, allocation]));
}
