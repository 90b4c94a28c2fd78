import { mapBounded } from '../../bounded.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, NodeId, NomadNode, NomadNodeDetail } from '../model.ts';
import type { DrainTarget } from './drain-action.ts';

/**
 * Up to so many clients are asked about one by one. Above, two lists of everything are cheaper than
 * a request for each.
 */
const FEW_CLIENTS = 10;

/** What reading the state of clients asks of Nomad. */
export type TargetReader = Pick<NomadClient, 'nodes' | 'node' | 'nodeAllocations' | 'allocations'>;

/**
 * Reads what goes on at the clients that are to be drained. A client that Nomad has forgotten is
 * left out.
 */
export async function readTargets(
  nomad: TargetReader,
  ids: readonly NodeId[],
  options: ReadOptions = {},
): Promise<readonly DrainTarget[]> {
  const few = ids.length <= FEW_CLIENTS;
  const nodes = await (few
    ? readDetails(nomad, ids, options)
    : listNodes(nomad, ids, (node) => node.draining, options));
  const live = await readLive(nomad, ids, options);
  return ids.flatMap((id) => {
    const node = nodes.get(id);
    if (!node) return [];
    return [{ node, strategy: strategyOf(node), live: live.get(id) ?? [] }];
  });
}

/** The drain that goes on at a node; null when none does, and where only the list was read. */
export function strategyOf(node: NomadNode | NomadNodeDetail): NomadNodeDetail['drainStrategy'] {
  return 'drainStrategy' in node ? node.drainStrategy : null;
}

/**
 * Clients by their ids, from the list; those that need it are read again in detail. Without those
 * that Nomad does not know (any more).
 */
export async function listNodes(
  nomad: Pick<NomadClient, 'nodes' | 'node'>,
  ids: readonly NodeId[],
  needsDetail: (node: NomadNode) => boolean,
  options: ReadOptions,
): Promise<ReadonlyMap<NodeId, NomadNode | NomadNodeDetail>> {
  const wanted = new Set(ids);
  const nodes = new Map<NodeId, NomadNode>();
  for await (const node of nomad.nodes(options)) if (wanted.has(node.id)) nodes.set(node.id, node);
  const open = [...nodes.values()].filter(needsDetail).map((node) => node.id);
  const details = await readDetails(nomad, open, options);
  for (const id of open) {
    const detail = details.get(id);
    if (detail) nodes.set(id, detail);
    else nodes.delete(id);
  }
  return nodes;
}

async function readDetails(
  nomad: Pick<NomadClient, 'node'>,
  ids: readonly NodeId[],
  options: ReadOptions,
): Promise<ReadonlyMap<NodeId, NomadNodeDetail>> {
  const details = await mapBounded(ids, FEW_CLIENTS, async (id) => {
    const watched = await orForgotten(nomad.node(id, options));
    return watched ? ([[id, watched.value]] as const) : [];
  });
  return new Map(details.flat());
}

/** What is live on each of the clients, by client status: few are asked one by one. */
export async function readLive(
  nomad: Pick<NomadClient, 'nodeAllocations' | 'allocations'>,
  ids: readonly NodeId[],
  options: ReadOptions,
): Promise<ReadonlyMap<NodeId, readonly Allocation[]>> {
  if (ids.length > FEW_CLIENTS) return listLive(nomad, ids, options);
  const live = await mapBounded(ids, FEW_CLIENTS, async (id) => {
    const watched = await orForgotten(nomad.nodeAllocations(id, options));
    return [id, (watched?.value ?? []).filter(isLive)] as const;
  });
  return new Map(live);
}

/** The same, in one request however many clients there are. */
export async function listLive(
  nomad: Pick<NomadClient, 'allocations'>,
  ids: readonly NodeId[],
  options: ReadOptions,
): Promise<ReadonlyMap<NodeId, readonly Allocation[]>> {
  const live = new Map<NodeId, Allocation[]>(ids.map((id) => [id, []]));
  const list = nomad.allocations({ ...options, live: true, taskStates: false });
  for await (const allocation of list) {
    if (isLive(allocation)) live.get(allocation.nodeId)?.push(allocation);
  }
  return live;
}

/**
 * Waits for a read of one thing; null where Nomad has forgotten it. That something else was not
 * found (the server's pod, say) tells nothing about the thing.
 */
export async function orForgotten<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isAdminError(error, 'notFound') && FORGOTTEN.has(error.code)) return null;
    throw error;
  }
}

const FORGOTTEN: ReadonlySet<string> = new Set([
  'NOMAD_NODE_NOT_FOUND',
  'NOMAD_ALLOCATION_NOT_FOUND',
  'NOMAD_JOB_NOT_FOUND',
]);
