import type { NomadClient } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, NodeId } from '../model.ts';

/** What runs on a node now. */
export interface NodeLoad {
  /** Allocations that their client says are running. */
  readonly running: number;
  /** Placed, not started yet. */
  readonly pending: number;
  /** On a client that the server lost sight of. */
  readonly unknown: number;
  /** MHz that live allocations were given; null where Nomad does not say. */
  readonly cpuMhz: number | null;
  /** Bytes that live allocations were given; null where Nomad does not say. */
  readonly memoryBytes: number | null;
}

/** A node without live allocations. */
export const NO_LOAD: NodeLoad = { running: 0, pending: 0, unknown: 0, cpuMhz: 0, memoryBytes: 0 };

/** Every live allocation of a node, whatever its state. */
export function liveBuilds(load: Pick<NodeLoad, 'running' | 'pending' | 'unknown'>): number {
  return load.running + load.pending + load.unknown;
}

/** The load of a node with one more allocation; one that has ended adds nothing. */
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
 * Counts live allocations by node, in one request. They are counted as they come: however many
 * there are, only one counter per node stays in memory.
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

/** The sum, unknown as soon as one part is. */
export function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
