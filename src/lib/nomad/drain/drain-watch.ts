import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import { keepTrying, type Patience } from '../../keep-trying.ts';
import type { NomadClient, WatchOptions } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, AllocationId, NodeId } from '../model.ts';
import type { Observation, SeenEnd } from './drain-progress.ts';
import { listLive, listNodes, nullIfNotFound } from './drain-targets.ts';

/** The part of the Nomad client that watches a drain. */
export type DrainReader = Pick<
  NomadClient,
  'nodes' | 'node' | 'nodeAllocations' | 'allocations' | 'allocation'
>;

/** The options of watching a drain. */
export interface WatchDrain extends Patience {
  /**
   * The live allocations of each client before its drain was set; without them, allocations that
   * end at once would be missed.
   */
  readonly before: ReadonlyMap<NodeId, readonly Allocation[]>;
}

/** An observation with its client. */
export interface ClientObservation {
  readonly id: NodeId;
  readonly seen: Observation;
}

/** How long the server may hold a blocking query. */
const HOLD_MS: Milliseconds = 30_000;
/** How long to wait before a read, so that a burst of changes is read once. */
const SETTLE_MS: Milliseconds = 250;
/** The time between two reads without blocking queries, or if many clients are watched. */
const POLL_MS: Milliseconds = 5_000;
const READS_AT_ONCE = 10;

/**
 * Watches one client. Two blocking queries signal a change, after which the state is read again:
 * first the node, then its allocations. In this order, a drain that is over without live
 * allocations is proven to be complete.
 */
export async function* watchClient(
  nomad: DrainReader,
  id: NodeId,
  options: WatchDrain,
): AsyncGenerator<ClientObservation, void> {
  const { signal, clock } = options;
  let before = byId(options.before.get(id) ?? []);
  for (;;) {
    const observation = await keepTrying(() => observeClient(nomad, id, before, options), options);
    yield { id, seen: observation.seen };
    before = byId(observation.seen.live);
    await waitForChange(nomad, id, observation.index, options);
    await clock.sleep(SETTLE_MS, signal);
  }
}

/**
 * Watches many clients with two lists for all of them; only clients whose drain is over are read
 * one by one.
 *
 * @param open returns the clients that are still of interest, called before every read
 */
export async function* watchClients(
  nomad: DrainReader,
  open: () => readonly NodeId[],
  options: WatchDrain,
): AsyncGenerator<ClientObservation, void> {
  let before = new Map([...options.before].map(([id, live]) => [id, byId(live)]));
  for (;;) {
    const seen = await keepTrying(() => observeClients(nomad, open(), before, options), options);
    yield* seen;
    before = new Map(seen.map((client) => [client.id, byId(client.seen.live)]));
    await options.clock.sleep(POLL_MS, options.signal);
  }
}

type LiveAllocations = ReadonlyMap<AllocationId, Allocation>;

interface NodeObservation {
  readonly seen: Observation;
  readonly index: { readonly node: number | null; readonly allocations: number | null };
}

async function observeClient(
  nomad: DrainReader,
  id: NodeId,
  before: LiveAllocations,
  options: WatchDrain,
): Promise<NodeObservation> {
  const { signal } = options;
  const node = await nullIfNotFound(nomad.node(id, { signal }));
  const allocations = await nullIfNotFound(nomad.nodeAllocations(id, { signal }));
  const all = byId(allocations?.value ?? []);
  const live = [...all.values()].filter(isLive);
  const ended = await readEnds(nomad, before, live, all, signal);
  return {
    seen: { at: options.clock.now(), node: node?.value ?? null, live, ended },
    index: { node: node?.index ?? null, allocations: allocations?.index ?? null },
  };
}

async function observeClients(
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

/**
 * Returns the allocations that are no longer live, with how they ended, which is in their task
 * events.
 */
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
    const read = await nullIfNotFound(nomad.allocation(last.id, { signal }));
    return { last, final: read?.value ?? listed ?? null };
  });
}

/** Resolves when the node or its allocations have changed, or after a while without a change. */
async function waitForChange(
  nomad: DrainReader,
  id: NodeId,
  index: NodeObservation['index'],
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
    // The query only signals a change. If something in between cuts long requests, the drain is
    // polled; if the server really fails, the following read throws.
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
