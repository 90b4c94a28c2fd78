import type { Milliseconds } from '../../clock.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type {
  Allocation,
  Constraint,
  Evaluation,
  NodeId,
  NomadJob,
  NomadJobDetail,
  NomadNode,
  Resources,
  TaskEvent,
} from '../model.ts';
import { type BuildOnClient, buildOnClient } from '../nodes/node-detail.ts';
import { describeEnd } from './allocation-end.ts';
import { newestFirst } from './evaluation-order.ts';
import { addTimes, type JobRow, type JobTimes, jobRow } from './jobs.ts';
import { explainPending } from './pending-reason.ts';

/** The part of the Nomad client that reads one job. */
export type JobReportReader = Pick<
  NomadClient,
  'job' | 'jobAllocations' | 'jobEvaluations' | 'nodes'
>;

/** An allocation of a job. */
export interface JobAllocation extends BuildOnClient {
  readonly nodeId: NodeId;
  readonly nodeName: string | null;
  readonly desiredStatus: Allocation['desiredStatus'];
  readonly clientStatus: Allocation['clientStatus'];
  readonly clientDescription: string | null;
  readonly signal: number | null;
  /** The events of its tasks, oldest first; empty if Nomad does not report them. */
  readonly events: readonly (TaskEvent & { readonly task: string })[];
}

/** The details of one job. */
export interface JobReport {
  readonly job: JobRow & {
    readonly priority: number | null;
    readonly datacenters: readonly string[];
    readonly taskGroups: readonly {
      readonly name: string;
      readonly count: number;
      readonly resources: Resources;
      readonly constraints: readonly Constraint[];
    }[];
    readonly constraints: readonly Constraint[];
    /** How long a pending job has been waiting. */
    readonly waitingMs: Milliseconds | null;
  };
  /** Newest first. */
  readonly allocations: readonly JobAllocation[];
  /** Newest first. */
  readonly evaluations: readonly Evaluation[];
}

/**
 * Reads a job with its allocations and evaluations, and the clients if it is pending.
 *
 * @throws AdminError as {@link NomadClient}
 */
export async function readJob(
  client: JobReportReader,
  job: NomadJob,
  options: { readonly now: () => Date; readonly signal?: AbortSignal },
): Promise<JobReport> {
  const read = options.signal ? { signal: options.signal } : {};
  const [detail, allocations, evaluations, nodes] = await Promise.all([
    client.job(job.id, read),
    client.jobAllocations(job.id, read),
    client.jobEvaluations(job.id, read),
    job.status === 'pending' ? collect(client.nodes({ ...read, resources: true })) : null,
  ]);
  return describeJob({ ...job, status: detail.status }, detail, allocations, {
    evaluations,
    nodes,
    now: options.now(),
  });
}

/** Builds the report of a job from its allocations and evaluations. */
export function describeJob(
  job: NomadJob,
  detail: NomadJobDetail,
  allocations: readonly Allocation[],
  facts: {
    readonly evaluations: readonly Evaluation[];
    readonly nodes: readonly NomadNode[] | null;
    readonly now: Date;
  },
): JobReport {
  const times = allocations.reduce<JobTimes | undefined>(addTimes, undefined) ?? null;
  const reason = explainPending({
    evaluations: facts.evaluations,
    taskGroups: detail.taskGroups,
    datacenters: detail.datacenters,
    nodePool: detail.nodePool,
    nodes: facts.nodes,
  });
  const row = jobRow(job, times, { reason, detail }, facts.now);
  return {
    job: {
      ...row,
      priority: detail.priority,
      datacenters: detail.datacenters,
      taskGroups: detail.taskGroups.map(({ name, count, resources, constraints }) => ({
        ...{ name, count, resources, constraints },
      })),
      constraints: detail.constraints,
      waitingMs: row.status === 'pending' ? row.ageMs : null,
    },
    allocations: [...allocations]
      .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))
      .map(jobAllocation),
    evaluations: newestFirst(facts.evaluations),
  };
}

function jobAllocation(allocation: Allocation): JobAllocation {
  return {
    ...buildOnClient(allocation),
    nodeId: allocation.nodeId,
    nodeName: allocation.nodeName,
    desiredStatus: allocation.desiredStatus,
    clientStatus: allocation.clientStatus,
    clientDescription: allocation.clientDescription,
    signal: describeEnd(allocation).signal,
    events: (allocation.tasks ?? [])
      .flatMap((task) => task.events.map((event) => ({ task: task.name, ...event })))
      .sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0)),
  };
}
