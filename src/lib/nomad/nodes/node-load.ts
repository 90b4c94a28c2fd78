import type { NomadClient } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, NodeId } from '../model.ts';

/** The current load of a node. */
export interface NodeLoad {
  /** The number of allocations that the client reports as running. */
  readonly running: number;
  /** The number of allocations that are placed but have not started. */
  readonly pending: number;
  /** The number of allocations on a client that the server lost contact with. */
  readonly unknown: number;
  /** The CPU of live allocations in MHz; null if Nomad does not report it. */
  readonly cpuMhz: number | null;
  /** The memory of live allocations in bytes; null if Nomad does not report it. */
  readonly memoryBytes: number | null;
}

/** The load of a node without live allocations. */
export const NO_LOAD: NodeLoad = { running: 0, pending: 0, unknown: 0, cpuMhz: 0, memoryBytes: 0 };

/** Returns the number of all live allocations of a node. */
export function liveBuilds(load: Pick<NodeLoad, 'running' | 'pending' | 'unknown'>): number {
  return load.running + load.pending + load.unknown;
}

/** Adds an allocation to the load of a node; an ended one adds nothing. */
export function addAllocation(
  load: NodeLoad,
  allocation: Pick<Allocation, 'clientStatus' | 'resources'>,
): NodeLoad {
  if (!isLive(allocation)) return load;
  const { clientStatus, resources } = allocation;
  return {
    running: load.running + (clientStatus === 'running' ? 1 : 0),
    pending: load.pending + (clientStatus === 'pending' ? 1 : 0),
    unknown: load.unknown + (clientStatus === 'unknown' ? 1 : 0),
    cpuMhz: plus(load.cpuMhz, resources?.cpuMhz ?? null),
    memoryBytes: plus(load.memoryBytes, resources?.memoryBytes ?? null),
  };
}

/**
 * Counts live allocations by node in one request. They are counted while they are read, so that
 * only one counter per node is kept in memory.
 */
export async function readLoad(
  client: Pick<NomadClient, 'allocations'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<NodeId, NodeLoad>> {
  const loads = new Map<NodeId, NodeLoad>();
  for await (const allocation of client.allocations({ ...options, live: true, resources: true })) {
    const load = loads.get(allocation.nodeId) ?? NO_LOAD;
    loads.set(allocation.nodeId, addAllocation(load, allocation));
  }
  return loads;
}

/** Adds two numbers; null if one of them is unknown. */
export function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
