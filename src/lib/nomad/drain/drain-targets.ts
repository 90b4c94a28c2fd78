import { mapBounded } from '../../bounded.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, NodeId, NomadNode, NomadNodeDetail } from '../model.ts';
import type { DrainTarget } from './drain-action.ts';

/**
 * The maximum number of clients that are read one by one. For more, two lists of everything are
 * cheaper than a request for each.
 */
const FEW_CLIENTS = 10;

/** The part of the Nomad client that reads the state of clients. */
export type TargetReader = Pick<NomadClient, 'nodes' | 'node' | 'nodeAllocations' | 'allocations'>;

/** Reads the state of the clients to drain. A client that Nomad no longer knows is omitted. */
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

/** Returns the drain in progress at a node; null if there is none, or if only the list was read. */
export function strategyOf(node: NomadNode | NomadNodeDetail): NomadNodeDetail['drainStrategy'] {
  return 'drainStrategy' in node ? node.drainStrategy : null;
}

/**
 * Reads clients from the list by their IDs, and again in detail if needed. Clients that Nomad does
 * not know are omitted.
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
    const watched = await nullIfNotFound(nomad.node(id, options));
    return watched ? ([[id, watched.value]] as const) : [];
  });
  return new Map(details.flat());
}

/**
 * Reads the allocations of each client that are live by client status; few clients are read one by
 * one.
 */
export async function readLive(
  nomad: Pick<NomadClient, 'nodeAllocations' | 'allocations'>,
  ids: readonly NodeId[],
  options: ReadOptions,
): Promise<ReadonlyMap<NodeId, readonly Allocation[]>> {
  if (ids.length > FEW_CLIENTS) return listLive(nomad, ids, options);
  const live = await mapBounded(ids, FEW_CLIENTS, async (id) => {
    const watched = await nullIfNotFound(nomad.nodeAllocations(id, options));
    return [id, (watched?.value ?? []).filter(isLive)] as const;
  });
  return new Map(live);
}

/** Like {@link readLive}, but in one request for any number of clients. */
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
 * Awaits the read of an object; null if Nomad no longer knows the object. Other errors of kind
 * `notFound`, such as a missing server pod, are thrown because they do not concern the object.
 */
export async function nullIfNotFound<T>(read: Promise<T>): Promise<T | null> {
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
