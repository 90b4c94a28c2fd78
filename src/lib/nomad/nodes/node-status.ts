import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { NodeId, NodeStatus, NomadNode } from '../model.ts';
import { liveBuilds, NO_LOAD, type NodeLoad, plus, readLoad } from './node-load.ts';
import { isSelective, type NodeSelector, selectNodes, takesBuilds } from './select-nodes.ts';
import { exceedsMemoryLimit, GUIDE_SIZING, usableMemory } from './sizing.ts';

/** A client in the list of `nomad node-status`. */
export interface ClientRow {
  readonly id: NodeId;
  readonly name: string;
  readonly address: string | null;
  readonly status: NodeStatus;
  readonly statusDescription: string | null;
  readonly eligible: boolean;
  readonly draining: boolean;
  /** Whether it is ready, eligible and not draining. */
  readonly takesBuilds: boolean;
  readonly runningBuilds: number;
  readonly pendingBuilds: number;
  /** Builds on a client that the server lost contact with; they may still be running. */
  readonly unknownBuilds: number;
  /** Allocated to live builds. */
  readonly cpuUsedMhz: number | null;
  readonly cpuTotalMhz: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryTotalBytes: number | null;
  /** The total without the guide's reserve, or without Nomad's own if that is larger. */
  readonly memoryUsableBytes: number | null;
  readonly nomadReservedCpuMhz: number | null;
  readonly nomadReservedMemoryBytes: number | null;
  readonly exceedsMemoryLimit: boolean | null;
  readonly version: string | null;
  readonly nodeClass: string | null;
  readonly nodePool: string | null;
  readonly datacenter: string | null;
}

/** The current capacity of the whole fleet. */
export interface Capacity {
  readonly clients: number;
  readonly takingBuilds: number;
  readonly down: number;
  readonly draining: number;
  /** Ready and not draining, but ineligible. */
  readonly ineligible: number;
  /** Neither ready nor down: initializing, disconnected or in an unknown state. */
  readonly otherwise: number;
  readonly runningBuilds: number;
  readonly pendingBuilds: number;
  readonly unknownBuilds: number;
  /** Live builds on clients that do not accept new ones. */
  readonly buildsOnClosedClients: number;
  /** Of the clients that accept builds, as are the following fields. */
  readonly cpuUsedMhz: number | null;
  readonly cpuTotalMhz: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryTotalBytes: number | null;
  readonly memoryUsableBytes: number | null;
  readonly guide: typeof GUIDE_SIZING;
}

/** The selected clients, and the capacity of all clients. */
export interface Fleet {
  readonly clients: readonly ClientRow[];
  readonly capacity: Capacity;
  readonly selected: boolean;
}

/**
 * Reads the fleet in two requests, regardless of the number of clients and builds.
 *
 * @throws AdminError as {@link NomadClient}
 */
export async function readFleet(
  client: Pick<NomadClient, 'nodes' | 'allocations'>,
  selector: NodeSelector = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<Fleet> {
  const [nodes, loads] = await Promise.all([
    collect(client.nodes({ ...options, resources: true })),
    readLoad(client, options),
  ]);
  return describeFleet(nodes, loads, selector);
}

/** Computes rows and capacity. Clients that accept builds come first, then the order is by name. */
export function describeFleet(
  nodes: readonly NomadNode[],
  loads: ReadonlyMap<NodeId, NodeLoad>,
  selector: NodeSelector = {},
): Fleet {
  const live = new Map([...loads].map(([id, load]) => [id, liveBuilds(load)]));
  const chosen = new Set(selectNodes(nodes, selector, live).map((node) => node.id));
  const rows = nodes.map((node) => clientRow(node, loads.get(node.id) ?? NO_LOAD));
  return {
    clients: rows.filter((row) => chosen.has(row.id)).sort(byUseThenName),
    capacity: sumCapacity(rows),
    selected: isSelective(selector),
  };
}

/** Returns the row of one client. */
export function clientRow(node: NomadNode, load: NodeLoad): ClientRow {
  return {
    id: node.id,
    name: node.name,
    address: node.address,
    status: node.status,
    statusDescription: node.statusDescription,
    eligible: node.eligible,
    draining: node.draining,
    takesBuilds: takesBuilds(node),
    runningBuilds: load.running,
    pendingBuilds: load.pending,
    unknownBuilds: load.unknown,
    cpuUsedMhz: load.cpuMhz,
    cpuTotalMhz: node.resources?.cpuMhz ?? null,
    memoryUsedBytes: load.memoryBytes,
    memoryTotalBytes: node.resources?.memoryBytes ?? null,
    memoryUsableBytes: usableMemory(node.resources, node.reserved),
    nomadReservedCpuMhz: node.reserved?.cpuMhz ?? null,
    nomadReservedMemoryBytes: node.reserved?.memoryBytes ?? null,
    exceedsMemoryLimit: exceedsMemoryLimit(node.resources),
    version: node.version,
    nodeClass: node.nodeClass,
    nodePool: node.nodePool,
    datacenter: node.datacenter,
  };
}

/**
 * Sums up clients. Used and total resources include only clients that accept builds, because free
 * resources of other clients are not capacity.
 */
export function sumCapacity(rows: readonly ClientRow[]): Capacity {
  const open = rows.filter((row) => row.takesBuilds);
  const builds = (row: ClientRow): number =>
    row.runningBuilds + row.pendingBuilds + row.unknownBuilds;
  return {
    clients: rows.length,
    takingBuilds: open.length,
    down: rows.filter((row) => row.status === 'down').length,
    draining: rows.filter((row) => row.draining && row.status !== 'down').length,
    ineligible: rows.filter((row) => row.status === 'ready' && !row.eligible && !row.draining)
      .length,
    otherwise: rows.filter(
      (row) => row.status !== 'ready' && row.status !== 'down' && !row.draining,
    ).length,
    runningBuilds: total(rows, (row) => row.runningBuilds) ?? 0,
    pendingBuilds: total(rows, (row) => row.pendingBuilds) ?? 0,
    unknownBuilds: total(rows, (row) => row.unknownBuilds) ?? 0,
    buildsOnClosedClients: total(rows, (row) => (row.takesBuilds ? 0 : builds(row))) ?? 0,
    cpuUsedMhz: total(open, (row) => row.cpuUsedMhz),
    cpuTotalMhz: total(open, (row) => row.cpuTotalMhz),
    memoryUsedBytes: total(open, (row) => row.memoryUsedBytes),
    memoryTotalBytes: total(open, (row) => row.memoryTotalBytes),
    memoryUsableBytes: total(open, (row) => row.memoryUsableBytes),
    guide: GUIDE_SIZING,
  };
}

function total(rows: readonly ClientRow[], part: (row: ClientRow) => number | null): number | null {
  return rows.map(part).reduce(plus, 0);
}

// Compares by code unit: the first localeCompare of a process loads ICU, which takes 9 ms.
function byUseThenName(a: ClientRow, b: ClientRow): number {
  if (a.takesBuilds !== b.takesBuilds) return a.takesBuilds ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
