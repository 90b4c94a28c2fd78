import type { NomadClient } from '../client.ts';
import { type AllocationOutcome, describeEnd, isLive } from '../jobs/allocation-end.ts';
import { type BuildName, parseBuildName } from '../jobs/build-name.ts';
import type {
  Allocation,
  AllocationId,
  DrainStrategy,
  Instance,
  JobId,
  LastDrain,
  NodeEvent,
  NodeId,
  NomadNodeDetail,
  Resources,
  TaskState,
} from '../model.ts';
import { addAllocation, NO_LOAD } from './node-load.ts';
import { type ClientRow, clientRow } from './node-status.ts';
import { exceedsCpuLimit, GUIDE_SIZING, usableCpu } from './sizing.ts';

/** A build on a client. */
export interface BuildOnClient {
  readonly allocationId: AllocationId;
  readonly jobId: JobId;
  /** Null for a job that is not a build. */
  readonly build: BuildName | null;
  readonly jobType: string | null;
  readonly outcome: AllocationOutcome;
  /** The state of its task; null if Nomad did not send any. */
  readonly taskState: TaskState['state'] | null;
  readonly placedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly exitCode: number | null;
  readonly resources: Resources | null;
}

/** The details of one client. */
export interface ClientReport {
  readonly client: ClientRow & {
    readonly vcpus: number | null;
    /** The total CPU without the guide's reserve of two vCPUs, or Nomad's own if it is larger. */
    readonly cpuUsableMhz: number | null;
    readonly exceedsCpuLimit: boolean | null;
    readonly httpAddress: string | null;
    readonly instance: Instance | null;
    readonly drainStrategy: DrainStrategy | null;
    readonly lastDrain: LastDrain | null;
    readonly operatingSystem: string | null;
    readonly kernelVersion: string | null;
  };
  /** Live builds first, then ended ones, each newest first. */
  readonly builds: readonly BuildOnClient[];
  /** Newest first. */
  readonly events: readonly NodeEvent[];
  readonly guide: typeof GUIDE_SIZING;
}

/**
 * Reads a client and its builds in two requests.
 *
 * @throws AdminError as {@link NomadClient}
 */
export async function readClient(
  client: Pick<NomadClient, 'node' | 'nodeAllocations'>,
  id: NodeId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ClientReport> {
  const [node, allocations] = await Promise.all([
    client.node(id, options),
    client.nodeAllocations(id, options),
  ]);
  return describeClient(node.value, allocations.value);
}

/** Builds the report of a client from its detail and its allocations. */
export function describeClient(
  node: NomadNodeDetail,
  allocations: readonly Allocation[],
): ClientReport {
  const vcpus = vcpusOf(node);
  return {
    client: {
      ...clientRow(node, allocations.reduce(addAllocation, NO_LOAD)),
      vcpus,
      cpuUsableMhz: usableCpu(node.resources, node.reserved, vcpus),
      exceedsCpuLimit: exceedsCpuLimit(vcpus),
      httpAddress: node.httpAddress,
      instance: node.instance,
      drainStrategy: node.drainStrategy,
      lastDrain: node.lastDrain,
      operatingSystem: operatingSystemOf(node),
      kernelVersion: node.attributes['kernel.version'] ?? null,
    },
    builds: [...allocations].sort(liveThenNewest).map(buildOnClient),
    events: [...node.events].sort((a, b) => newestFirst(a.at, b.at)),
    guide: GUIDE_SIZING,
  };
}

/** Converts an allocation to a build. */
export function buildOnClient(allocation: Allocation): BuildOnClient {
  const end = describeEnd(allocation);
  const tasks = allocation.tasks ?? [];
  const started = tasks
    .map((task) => task.startedAt?.getTime() ?? null)
    .filter((at) => at !== null);
  return {
    allocationId: allocation.id,
    jobId: allocation.jobId,
    build: parseBuildName(allocation.jobId),
    jobType: allocation.jobType,
    outcome: end.outcome,
    taskState: (tasks.find((task) => task.state === 'running') ?? tasks[0])?.state ?? null,
    placedAt: allocation.createdAt,
    startedAt: started.length === 0 ? null : new Date(Math.min(...started)),
    finishedAt: isLive(allocation) ? null : end.finishedAt,
    exitCode: end.exitCode,
    resources: allocation.resources,
  };
}

function vcpusOf(node: NomadNodeDetail): number | null {
  const cores = Number(node.attributes['cpu.numcores'] ?? Number.NaN);
  return Number.isInteger(cores) && cores > 0 ? cores : null;
}

function operatingSystemOf(node: NomadNodeDetail): string | null {
  const words = [node.attributes['os.name'], node.attributes['os.version']].filter(Boolean);
  return words.length === 0 ? null : words.join(' ');
}

function liveThenNewest(a: Allocation, b: Allocation): number {
  if (isLive(a) !== isLive(b)) return isLive(a) ? -1 : 1;
  return newestFirst(a.createdAt, b.createdAt);
}

function newestFirst(a: Date | null, b: Date | null): number {
  return (b?.getTime() ?? 0) - (a?.getTime() ?? 0);
}
